import { fileURLToPath } from "node:url";
import { Agent, type AgentPorts } from "../../../src/agent/agent.ts";
import type { AgentControl } from "../../../src/agent/agent-control.ts";
import type { AgentEvent } from "../../../src/agent/agent-event.ts";
import { CardFiguresCounter } from "../../../src/agent/card-figures.ts";
import { configSchema } from "../../../src/agent/config/config-schema.ts";
import { CredentialsByScheme } from "../../../src/agent/credentials-by-scheme.ts";
import { loadDefinitions } from "../../../src/agent/data-model.ts";
import { createVerifier } from "../../../src/agent/trust.ts";
import { FileCredentialProvider } from "../../../src/credentials/adapters/file/file-credential-provider.ts";
import { SoftwareKeySlots } from "../../../src/credentials/adapters/file/software-key-slots.ts";
import type { ReadCard } from "../../../src/lwm2m/bootstrap/card-reading.ts";
import type { LwM2mObject } from "../../../src/lwm2m/data-model/object.ts";
import { DeviceObject } from "../../../src/lwm2m/objects/device-object.ts";
import { systemWallClock } from "../../../src/platform/clock.ts";
import { MachineFolder } from "../../../src/platform/durable-folder.ts";
import { machineFiles } from "../../../src/platform/files.ts";
import { FolderRecords } from "../../../src/platform/folder-records.ts";
import { silentLogger } from "../../../src/util/log.ts";
import type { Cleanup } from "../../support/foreign/cleanup.ts";
import { EventLog } from "../../support/foreign/event-log.ts";
import { temporaryFolder } from "../../support/foreign/temporary-folder.ts";
import { realPorts } from "../../support/sandbox.ts";
import { DeviceValues } from "./device-values.ts";
import { PoweredNetwork } from "./powered-network.ts";

const folder = fileURLToPath(new URL("../../../objects", import.meta.url));
const releases = {
  "1.0": await loadDefinitions(machineFiles, folder, "1.0"),
  "1.1": await loadDefinitions(machineFiles, folder, "1.1"),
  "1.2": await loadDefinitions(machineFiles, folder, "1.2"),
};

/** Of devices in queue mode, and what Leshan is told of it: the 93 s of the specification are long for a row. */
export const awakeSeconds = 4;

export interface DeviceOptions {
  readonly endpoint: string;
  /** Sections of the configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What the smart card in it holds: object identifier to content. */
  readonly readCard?: ReadCard;
  /** Objects beyond Security, Server and Device. */
  readonly objects?: readonly LwM2mObject[];
  readonly values?: DeviceValues;
}

/** The agent as a row's device: in this process, over real sockets. */
export class Device {
  readonly endpoint: string;
  readonly values: DeviceValues;
  readonly events = new EventLog<AgentEvent>();
  readonly #options: DeviceOptions;
  readonly #stateDirectory: string;
  #network = new PoweredNetwork(realPorts.network);
  #isOver = false;
  #agent: Agent;

  /** Starts when it is told to. */
  constructor(cleanup: Cleanup, options: DeviceOptions) {
    this.#options = options;
    this.endpoint = options.endpoint;
    this.values = options.values ?? new DeviceValues();
    this.#stateDirectory = temporaryFolder(cleanup);
    this.#agent = this.#newAgent();
    this.values.onReboot(() => void this.restart());
    cleanup.after(() => this.stop());
  }

  /** What the device's owner may ask of the agent. */
  get control(): AgentControl {
    return this.#agent.control;
  }

  start(): void {
    this.#agent.start();
  }

  /** De-registers, and does not start again. */
  stop(): Promise<void> {
    this.#isOver = true;
    return this.#agent.stop();
  }

  /** As power off and on: nothing is said to the server in between. */
  async restart(): Promise<void> {
    if (this.#isOver) return;
    const before = this.#agent;
    this.#network.powerOff();
    this.#network = new PoweredNetwork(realPorts.network);
    this.#agent = this.#newAgent();
    this.#agent.start();
    await before.stop();
  }

  /** The next event of that type that nobody has waited for yet. */
  async waitFor<Type extends AgentEvent["type"]>(
    type: Type,
    fits: (event: AgentEvent & { readonly type: Type }) => boolean = () => true,
    seconds = 30,
  ): Promise<AgentEvent & { readonly type: Type }> {
    const is = (event: AgentEvent): event is AgentEvent & { readonly type: Type } =>
      event.type === type && fits(event as AgentEvent & { readonly type: Type });
    return this.events.waitFor(is, `device's ${type}`, seconds);
  }

  #newAgent(): Agent {
    const { endpoint, objects = [], readCard } = this.#options;
    const config = configSchema.parse({ endpoint, stateDirectory: this.#stateDirectory, ...this.#options.config });
    const definitions = releases[config.lwm2m];
    const store = new FolderRecords(new MachineFolder(this.#stateDirectory), silentLogger);
    const ports: AgentPorts = {
      ...realPorts,
      network: this.#network,
      logger: silentLogger,
      cardFigures: new CardFiguresCounter(),
      credentials: new CredentialsByScheme({ file: async () => new FileCredentialProvider(machineFiles) }),
      createVerifier: (account, uri) =>
        createVerifier(account, uri, { wallClock: systemWallClock, files: machineFiles }),
      wallClock: systemWallClock,
      store,
      openKeySlots: async () => new SoftwareKeySlots(store, 2),
      definitions,
      objects: [new DeviceObject(definitions.get(3), this.values.port, realPorts.timers), ...objects],
      queueMode: { awakeMs: 1000 * awakeSeconds },
      onEvent: (event) => this.events.push(event),
      ...(readCard && { readCard }),
    };
    return new Agent(config, ports);
  }
}
