import { nodeEntropy } from "../../crypto/entropy.ts";
import { monotonicClock } from "../../platform/clock.ts";
import { nodeTimers } from "../../platform/timers.ts";
import { formatTraceEntry, type TraceEntry } from "../card/apdu-trace.ts";
import { CardSocketServer } from "../card/card-socket-server.ts";
import { type LatencyChoice, latencyOf } from "../card/latency.ts";
import { personalise } from "../card/personalise.ts";
import { VirtualSim } from "../card/virtual-sim.ts";
import type { SandboxCa } from "../sandbox-ca.ts";

const weekMs = 7 * 24 * 3600 * 1000;

/** The demo's virtual SIM at its socket, with a trace of everything that passed its contacts. */
export class DemoSim {
  readonly socketPath: string;
  readonly #server: CardSocketServer;
  readonly #trace: TraceEntry[];

  readonly #sim: VirtualSim;

  private constructor(socketPath: string, sim: VirtualSim, server: CardSocketServer, trace: TraceEntry[]) {
    this.socketPath = socketPath;
    this.#sim = sim;
    this.#server = server;
    this.#trace = trace;
  }

  /** A fresh SIM with a key of its own and a certificate for the endpoint name by the sandbox CA. */
  static async start(endpoint: string, ca: SandboxCa, latency: LatencyChoice, socketPath: string): Promise<DemoSim> {
    const profile = await personalise({
      commonName: endpoint,
      ca: { certificate: ca.certificatePem, privateKey: await ca.privateKeyPem() },
      entropy: nodeEntropy,
      moreSpares: ["04"],
      notBefore: new Date(Date.now() - 3_600_000),
      notAfter: new Date(Date.now() + weekMs),
    });
    const trace: TraceEntry[] = [];
    const sim = new VirtualSim(profile, {
      entropy: nodeEntropy,
      clock: monotonicClock,
      timers: nodeTimers,
      latency: latencyOf(latency),
      trace: (entry) => trace.push(entry),
    });
    return new DemoSim(socketPath, sim, await CardSocketServer.listen(sim, socketPath), trace);
  }

  /** Hexadecimal, of each slot that has a key: for those who look for them where they must not be. */
  get privateScalars(): readonly string[] {
    return this.#sim.profile.keyPairs.flatMap(({ privateKey }) => (typeof privateKey === "string" ? [privateKey] : []));
  }

  /** How many entries there are so far: where the next start begins. */
  get traceLength(): number {
    return this.#trace.length;
  }

  traceFrom(index: number): readonly TraceEntry[] {
    return this.#trace.slice(index);
  }

  traceText(): string {
    return this.#trace.map((entry) => `${formatTraceEntry(entry)}\n`).join("");
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
