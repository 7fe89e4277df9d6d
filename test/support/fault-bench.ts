import assert from "node:assert/strict";
import { Agent } from "../../src/agent/agent.ts";
import type { AgentEvent } from "../../src/agent/agent-event.ts";
import { CardFiguresCounter } from "../../src/agent/cards/card-figures.ts";
import { deviceObjects } from "../../src/agent/data-model.ts";
import { parseConfig } from "../../src/cli/config/load-config.ts";
import type { CertificateCache } from "../../src/credentials/adapters/iotsafe/certificate-cache.ts";
import { IotSafeProvider } from "../../src/credentials/adapters/iotsafe/iotsafe-provider.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { FolderRecords } from "../../src/platform/folder-records.ts";
import { FaultInjector } from "../../src/sandbox/card/fault-injector.ts";
import { InProcessCard } from "../../src/sandbox/card/in-process-card.ts";
import type { Profile } from "../../src/sandbox/card/profile.ts";
import type { SettingsInput } from "../../src/sandbox/card/settings.ts";
import { VirtualSim } from "../../src/sandbox/card/virtual-sim.ts";
import { type CertifiedKey, SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import type { CardConnector } from "../../src/smartcard/card-channel.ts";
import { CardService } from "../../src/smartcard/card-service.ts";
import { fromHex } from "../../src/util/bytes.ts";
import { registry } from "../lwm2m/objects-folder.ts";
import { RecordingLog } from "./fault-log.ts";
import { MemoryNetwork } from "./fault-network.ts";
import { FaultServer } from "./fault-server.ts";
import { testSim } from "./iotsafe-host.ts";
import { MemoryFolder } from "./memory-folder.ts";
import { serverVerifier } from "./sandbox.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualTime } from "./virtual-time.ts";

export const faultEndpoint = "urn:dev:ops:faulty-card";

/** Certificates and a SIM that many benches share: only making them takes time. */
export interface Parties {
  readonly ca: SandboxCa;
  readonly own: CertifiedKey;
  readonly profile: Profile;
}

export async function makeParties(settings: SettingsInput = {}): Promise<Parties> {
  const ca = await SandboxCa.create();
  const issuer = { certificate: ca.certificatePem, privateKey: await ca.privateKeyPem() };
  const profile = await testSim({ commonName: faultEndpoint, ca: issuer, settings });
  return { ca, own: await ca.issueServer(), profile };
}

export interface FaultBenchOptions {
  readonly cache?: CertificateCache | undefined;
  /** Stands between the agent and the card. */
  readonly wrapConnector?: (connector: CardConnector) => CardConnector;
  /** Beside what every bench has. */
  readonly config?: { readonly server?: object; readonly [section: string]: unknown };
}

const stepMs = 50;
/** As the transports have it. */
const apduDeadlineMs = 20_000;

/**
 * The whole agent, its card in a reader that stays powered and the sandbox's server, in one process and in virtual
 * time. Nothing is real but the cryptography.
 */
export class FaultBench {
  readonly time = new VirtualTime();
  readonly log = new RecordingLog();
  readonly events: AgentEvent[] = [];
  readonly card: FaultInjector;
  server: FaultServer;
  readonly network: MemoryNetwork;
  readonly agent: Agent;
  /** Of the card, in hexadecimal: never to be seen anywhere else. */
  readonly privateKey: string;
  readonly #sim: VirtualSim;
  readonly #startServer: (seed: number) => FaultServer;

  constructor({ ca, own, profile }: Parties, options: FaultBenchOptions = {}) {
    const { time, log } = this;
    this.privateKey = String(profile.keyPairs[0]?.privateKey);
    const ports = { clock: time, timers: time };
    this.network = new MemoryNetwork(time);
    this.#startServer = (seed) =>
      new FaultServer({ ca, own }, { ...ports, socket: this.network.socket, entropy: new SeededRandom(seed) });
    this.server = this.#startServer(1);
    this.#sim = new VirtualSim(profile, { ...ports, entropy: new SeededRandom(2) });
    this.card = new FaultInjector(this.#sim);
    const { cache, wrapConnector = (connector) => connector } = options;
    const connector = wrapConnector(new InProcessCard(this.card));
    const cardFigures = new CardFiguresCounter();
    this.agent = new Agent(
      { ...agentConfig(options.config), endpoint: faultEndpoint },
      {
        ...ports,
        network: this.network,
        entropy: new SeededRandom(3),
        ephemeralKeys: nodeEphemeralKeys,
        logger: log,
        cardFigures,
        credentials: new IotSafeProvider({
          createCard: () =>
            new CardService({ ...ports, connector, observer: cardFigures, logger: log, apduDeadlineMs }),
          logger: log,
          ...(cache && { cache }),
        }),
        createVerifier: async () => serverVerifier(ca),
        wallClock: time,
        store: new FolderRecords(new MemoryFolder(), log),
        definitions: registry,
        objects: deviceObjects({ device: { currentTime: () => 0 } }, registry, time),
        onEvent: (event) => this.events.push(event),
      },
    );
  }

  count(type: AgentEvent["type"]): number {
    return this.events.filter((event) => event.type === type).length;
  }

  /** Lets time pass until the agent has registered that often. */
  async registered(times: number, withinMs = 600_000): Promise<void> {
    const end = this.time.now() + withinMs;
    while (this.count("registered") < times && this.time.now() < end) await this.time.advance(stepMs);
    const last = this.log.complaints.at(-1) ?? "no word why";
    assert.equal(this.count("registered"), times, `not registered within ${withinMs} ms: ${last}`);
  }

  /** Ends the session from the server's side: the next one takes the card's signature again. */
  async reregistered(): Promise<void> {
    const before = this.count("registered");
    this.server.dropSessions();
    await this.registered(before + 1);
  }

  /** The server is killed, says nothing, and one that remembers nothing is at its address. */
  replaceServer(): void {
    this.server = this.#startServer(4);
  }

  async stopped(): Promise<void> {
    const stopping = this.agent.stop();
    await this.time.advance(10_000);
    await stopping;
  }

  /** Logical channels in use beside the basic one: MANAGE CHANNEL gives out the lowest that is free. */
  async openChannels(): Promise<number> {
    const [number, sw1] = await this.#sim.exchange(fromHex("0070000001"));
    if (number === undefined || sw1 !== 0x90) return 3;
    await this.#sim.exchange(Uint8Array.of(0x00, 0x70, 0x80, number));
    return number - 1;
  }
}

function agentConfig({ server: more, ...sections }: NonNullable<FaultBenchOptions["config"]> = {}) {
  const security = { credential: "iotsafe:?channel=pcsc", trust: { anchors: ["ca.pem"] } };
  const server = { uri: "coaps://127.0.0.1:5684", lifetime: 300, security, ...more };
  // The faults are in the card's work: each session takes its signature.
  const network = { resumption: false };
  return parseConfig(JSON.stringify({ endpoint: faultEndpoint, server, network, ...sections }), "/nowhere/agent.yaml");
}
