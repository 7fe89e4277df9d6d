import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { monotonicClock } from "../../src/platform/clock.ts";
import { nodeTimers } from "../../src/platform/timers.ts";
import type { FaultInjector } from "../../src/sandbox/card/fault-injector.ts";
import type { SimulatedCard } from "../../src/sandbox/card/simulated-card.ts";
import { ServerSocket } from "../../src/sandbox/server-socket.ts";
import { fromHex } from "../../src/util/bytes.ts";
import { addressText } from "../../src/util/network.ts";
import { faultEndpoint, type Parties } from "./fault-bench.ts";
import { FaultServer } from "./fault-server.ts";
import type { Cleanup } from "./foreign/cleanup.ts";
import { deadline } from "./foreign/deadline.ts";
import { OurAgent } from "./foreign/our-agent.ts";
import { temporaryFolder } from "./foreign/temporary-folder.ts";

/** The server gives a handshake that does not go on up after 7 s instead of 63. */
const serverDtls = { maxRetransmissions: 2 };

/** A server on loopback for agents that are processes of their own, each with the same credential. */
export class FaultStage {
  readonly server: FaultServer;
  readonly #folder: string;
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #watchers: Set<() => void>;

  private constructor(folder: string, config: object, server: FaultServer, watchers: Set<() => void>) {
    this.#folder = folder;
    this.#config = { ...config };
    this.server = server;
    this.#watchers = watchers;
  }

  static async open(cleanup: Cleanup, { ca, own }: Parties, credential: string): Promise<FaultStage> {
    const folder = temporaryFolder(cleanup);
    const anchor = join(folder, "ca.pem");
    writeFileSync(anchor, ca.certificatePem);
    const watchers = new Set<() => void>();
    const onChange = () => {
      for (const look of [...watchers]) look();
    };
    const socket = await ServerSocket.bind("127.0.0.1", 0);
    cleanup.after(() => socket.close());
    const ports = { socket, clock: monotonicClock, timers: nodeTimers, entropy: nodeEntropy };
    const server = new FaultServer({ ca, own, dtls: serverDtls, onChange }, ports);
    cleanup.after(() => server.dropSessions());
    const uri = `coaps://${addressText(socket.address)}`;
    const config = { uri, lifetime: 300, security: { credential, trust: { anchors: [anchor] } } };
    return new FaultStage(folder, config, server, watchers);
  }

  /** Starts an agent; the state folder is the same each time. */
  start(cleanup: Cleanup): OurAgent {
    const stateDirectory = join(this.#folder, "state");
    // The faults are in the card's work: each session takes its signature.
    const network = { resumption: false };
    return new OurAgent(cleanup, { endpoint: faultEndpoint, server: this.#config, stateDirectory, network });
  }

  /** Waits until what the server holds is so. */
  async until(condition: (server: FaultServer) => boolean, what: string, seconds = 20): Promise<void> {
    let look = (): void => {};
    const met = new Promise<void>((resolve) => {
      look = () => {
        if (condition(this.server)) resolve();
      };
      this.#watchers.add(look);
      look();
    });
    await deadline(met, seconds, () => `the server never came to ${what}`).finally(() => this.#watchers.delete(look));
  }
}

/** Resolves when the card is given a command with this instruction; the card carries it out. */
export function reached(card: FaultInjector, ins: number, seconds = 30): Promise<void> {
  const hit = new Promise<void>((resolve) => {
    card.replan((_, command) => {
      if (command[1] === ins) resolve();
      return undefined;
    });
  });
  return deadline(hit, seconds, () => `no command ${ins.toString(16)} reached the card`);
}

/** The agent's complaints so far: level warn and above, as code and reason. */
export function complaints(agent: OurAgent): readonly { readonly code: string; readonly reason: string }[] {
  return agent.process.stderr
    .split("\n")
    .filter((line) => /"level":"(warn|error)"/.test(line))
    .map((line) => JSON.parse(line))
    .map(({ code, reason, msg }) => ({ code: String(code), reason: String(reason ?? msg) }));
}

/** The process ids of the agent's PC/SC children. */
export function pcscChildren(agent: OurAgent): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === agent.process.pid && text(pid, "cmdline").includes("pcsc-child"));
}

/** Logical channels in use beside the basic one, asked of the card itself behind its reader's back. */
export async function openChannels(sim: SimulatedCard): Promise<number> {
  const [number, sw1] = await sim.exchange(fromHex("0070000001"));
  assert.ok(number !== undefined && sw1 === 0x90, "every logical channel is in use");
  await sim.exchange(Uint8Array.of(0x00, 0x70, 0x80, number));
  return number - 1;
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(text(pid, "status"))?.[1]);
}

/** Empty when the process is gone. */
function text(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
