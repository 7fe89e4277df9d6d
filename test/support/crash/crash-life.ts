import { createVerifier } from "../../../src/agent/accounts/trust.ts";
import { Agent } from "../../../src/agent/agent.ts";
import type { AgentEvent } from "../../../src/agent/agent-event.ts";
import { CardFiguresCounter } from "../../../src/agent/cards/card-figures.ts";
import { deviceObjects } from "../../../src/agent/data-model.ts";
import { openKeySlots } from "../../../src/agent/enrolment/enrolment-slots.ts";
import { parseConfig } from "../../../src/cli/config/load-config.ts";
import { nodeEphemeralKeys } from "../../../src/crypto/ephemeral-keys.ts";
import { FirmwareUpdate } from "../../../src/lwm2m/firmware-update/firmware-update.ts";
import { updateRecordCodec } from "../../../src/lwm2m/firmware-update/update-record.ts";
import { FirmwareUpdateObject } from "../../../src/lwm2m/objects/firmware-update-object.ts";
import { SoftwareManagementObject } from "../../../src/lwm2m/objects/software-management-object.ts";
import { defaultDeliveryPolicy, PackageDelivery } from "../../../src/lwm2m/package-delivery/package-delivery.ts";
import type { PackageSpool, SpoolFile } from "../../../src/lwm2m/package-delivery/package-spool.ts";
import { SoftwareComponents } from "../../../src/lwm2m/software-management/software-components.ts";
import type { Network } from "../../../src/util/network.ts";
import type { RecordStore } from "../../../src/util/record-store.ts";
import { StoredRecord } from "../../../src/util/stored-record.ts";
import type { Timers } from "../../../src/util/time.ts";
import { registry } from "../../lwm2m/objects-folder.ts";
import { RecordingLog } from "../fault-log.ts";
import { SeededRandom } from "../seeded-random.ts";
import { bootstrapPort, crashEndpoint } from "./crash-servers.ts";
import type { CrashWorld } from "./crash-world.ts";
import type { MortalProcess } from "./mortal-process.ts";

/** One process of the agent, from its start to its end or its death. What it writes goes through `process`. */
export class CrashLife {
  readonly process: MortalProcess;
  readonly events: AgentEvent[] = [];
  readonly log = new RecordingLog();
  readonly agent: Agent;
  readonly firmware: FirmwareUpdate;
  readonly software: SoftwareComponents;
  /** Reads the card's certificate, through its cache. */
  readonly readCard: () => Promise<unknown>;

  static async start(world: CrashWorld, process: MortalProcess, records: RecordStore, seed: number) {
    const timers = mortalTimers(world.time, process);
    const log = new RecordingLog();
    const ports = {
      store: records,
      definitions: registry,
      spool: mortalSpool(world, process),
      sources: new Map(),
      timers,
      entropy: new SeededRandom(seed),
      logger: log,
      wallClock: world.time,
    };
    const firmware = await openFirmware(ports);
    const software = await SoftwareComponents.open(
      { ...ports, commands: { install: async () => true, uninstall: async () => true } },
      defaultDeliveryPolicy,
    );
    return new CrashLife(world, process, { ...ports, log }, firmware, software);
  }

  private constructor(
    world: CrashWorld,
    process: MortalProcess,
    ports: PackagePorts & { log: RecordingLog },
    firmware: FirmwareUpdate,
    software: SoftwareComponents,
  ) {
    this.process = process;
    this.log = ports.log;
    this.firmware = firmware;
    this.software = software;
    const card = world.openCard(ports.store, ports.timers, ports.log);
    this.readCard = card.read;
    const { time } = world;
    const { endpoint } = config;
    this.agent = new Agent(
      { ...parseConfig(JSON.stringify(config), "/nowhere/agent.yaml"), endpoint },
      {
        ...ports,
        network: mortalNetwork(world, process),
        clock: time,
        ephemeralKeys: nodeEphemeralKeys,
        cardFigures: new CardFiguresCounter(),
        credentials: world.credentials,
        openKeySlots: (keys) =>
          openKeySlots(keys, { store: ports.store, applet: () => Promise.reject(new Error("none")) }),
        createVerifier: (account, server) => createVerifier(account, server, { wallClock: time, files: world.files }),
        objects: [
          ...deviceObjects({ device: { currentTime: () => 0 } }, registry, ports.timers),
          new FirmwareUpdateObject(registry.get(5), firmware),
          new SoftwareManagementObject(registry.get(9), software),
        ],
        services: [firmware, software, card],
        onEvent: (event) => process.dead || this.events.push(event),
      },
    );
    this.agent.start();
  }

  /** How often an event of this type has come. */
  count(type: AgentEvent["type"]): number {
    return this.events.filter((event) => event.type === type).length;
  }
}

const config = {
  endpoint: crashEndpoint,
  bootstrap: { uri: `coaps://127.0.0.1:${bootstrapPort}`, security: { credential: "file:device.key" } },
  trust: { anchors: ["ca.pem"] },
  enrolment: { keys: "software" },
};

interface PackagePorts extends Omit<Parameters<typeof SoftwareComponents.open>[0], "commands"> {
  readonly wallClock: CrashWorld["time"];
  readonly definitions: typeof registry;
}

function openFirmware(ports: PackagePorts): Promise<FirmwareUpdate> {
  return FirmwareUpdate.open({
    ...ports,
    delivery: new PackageDelivery("firmware", ports, defaultDeliveryPolicy),
    record: new StoredRecord(ports.store, "firmware", updateRecordCodec),
    installation: { install: async () => "installed", confirm: async () => true, version: () => "1.0" },
  });
}

function mortalTimers(timers: Timers, process: MortalProcess): Timers {
  return { schedule: (ms, run) => timers.schedule(ms, () => process.dead || run()) };
}

function mortalNetwork({ servers: { network } }: CrashWorld, process: MortalProcess): Network {
  const open: typeof network.open = async (peer) => {
    const path = await network.open(peer);
    process.onDeath(() => path.close());
    return path;
  };
  return { resolve: (host, port) => network.resolve(host, port), open };
}

/** Every call that changes something is a step. */
function mortalSpool({ spool, flushed }: CrashWorld, process: MortalProcess): PackageSpool {
  const flush = (name: string, file: SpoolFile) => async (): Promise<void> => {
    await file.flush();
    flushed.set(name, file.length);
  };
  const steps = (text: string, effect: () => Promise<void>) => process.step(text, effect).then((done) => done);
  const file = (name: string, opened: SpoolFile): SpoolFile => ({
    get length() {
      return opened.length;
    },
    append: (bytes) => steps(`append to package ${name}`, () => opened.append(bytes)),
    truncate: (length) => steps(`truncate package ${name}`, () => opened.truncate(length)),
    flush: () => steps(`fsync package ${name}`, flush(name, opened)),
    close: () => opened.close(),
  });
  return {
    open: async (name) => file(name, await process.step(`open package ${name}`, () => spool.open(name))),
    remove: (name) => steps(`remove package ${name}`, () => spool.remove(name)),
    size: (name) => process.alive(() => spool.size(name)).then((size) => size),
    digest: (name) => process.alive(() => spool.digest(name)).then((digest) => digest),
    path: (name) => spool.path(name),
    free: () => spool.free(),
  };
}
