import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { IotSafeProvider } from "../credentials/adapters/iotsafe/iotsafe-provider.ts";
import type { CredentialProvider } from "../credentials/ports/credential.ts";
import { nodeEntropy } from "../crypto/entropy.ts";
import { nodeEphemeralKeys } from "../crypto/ephemeral-keys.ts";
import type { LwM2mObject } from "../lwm2m/data-model/object.ts";
import type { LocationPort } from "../lwm2m/ports/location-port.ts";
import { monotonicClock, systemWallClock } from "../platform/clock.ts";
import { machineConnectivity, machineTraffic } from "../platform/connectivity.ts";
import { machineDevice } from "../platform/device.ts";
import { MachineFolder } from "../platform/durable-folder.ts";
import { machineFiles } from "../platform/files.ts";
import { FolderRecords } from "../platform/folder-records.ts";
import { nodeTimers } from "../platform/timers.ts";
import { udpNetwork } from "../platform/udp-path.ts";
import type { Logger } from "../util/log.ts";
import { Agent, type AgentPorts } from "./agent.ts";
import type { AgentEvent } from "./agent-event.ts";
import { CardFiguresCounter } from "./card-figures.ts";
import type { AgentConfig } from "./config/config-schema.ts";
import { CredentialsByScheme } from "./credentials-by-scheme.ts";
import { machineLocation } from "./custom-objects/machine-location.ts";
import { machineObjects } from "./custom-objects/machine-objects.ts";
import { type DevicePorts, deviceObjects, loadDefinitions } from "./data-model.ts";
import { LazyCards } from "./lazy-cards.ts";
import { createVerifier } from "./trust.ts";

/** Of the package, seen from src/agent/ and from dist/agent/ alike. */
const objectsFolder = fileURLToPath(new URL("../../objects", import.meta.url));

export interface MachineAgentOptions {
  readonly logger: Logger;
  /** Hears everything that happens, in order. Must not throw. */
  onEvent?(event: AgentEvent): void;
}

/** An agent on this machine: real sockets, clocks, files and cards. Rejects with a CodedError "BAD_…" about the configuration. */
export async function createMachineAgent(config: AgentConfig, options: MachineAgentOptions): Promise<Agent> {
  const { logger, onEvent = () => {} } = options;
  let agent: Agent | undefined;
  // What happens before there is an agent is told all the same.
  const report = (event: AgentEvent): void => (agent ? agent.report(event) : onEvent(event));
  const cardFigures: CardFiguresCounter = new CardFiguresCounter(({ kind }, result) =>
    report({ type: "card-operation", phase: cardFigures.phase, kind, ...result }),
  );
  const cards = new LazyCards(logger, cardFigures);
  const definitions = await loadDefinitions(machineFiles, objectsFolder, config.lwm2m);
  const records = new FolderRecords(new MachineFolder(config.stateDirectory), logger);
  const custom = config.objects && (await machineObjects(config.objects, objectsFolder, logger));
  const location = config.location && machineLocation(config.location, logger);
  const { localAddress, ackTimeout, maxRetransmit } = config.network;
  const iotsafe = cardProvider(records, logger, cards);
  const machine = machinePorts(config, logger, location?.port);
  const common: CommonPorts = {
    network: udpNetwork(localAddress === undefined ? {} : { localAddress }),
    clock: monotonicClock,
    timers: nodeTimers,
    entropy: nodeEntropy,
    ephemeralKeys: nodeEphemeralKeys,
    logger,
    coapParameters: { ackTimeoutMs: ackTimeout * 1000, maxRetransmit },
    cardFigures,
    credentials: machineCredentials(iotsafe, cards),
    openKeySlots: async (keys) => {
      const { openKeySlots } = await import("./enrolment/enrolment-slots.ts");
      return openKeySlots(keys, { store: records, applet: async (uri) => (await iotsafe()).applet(uri) });
    },
    createVerifier: (account, server) =>
      createVerifier(account, server, { wallClock: systemWallClock, files: machineFiles }),
    wallClock: systemWallClock,
    store: records,
    definitions,
    ...(config.smartCard && { readCard: cards.bootstrapReader(config.smartCard.channel) }),
    onEvent,
  };
  const firmware = await machineFirmware(config, common, report, machine.device.firmwareVersion);
  const own = [...deviceObjects(machine, definitions, nodeTimers), ...(firmware ? [firmware.object] : [])];
  const services = [
    ...(firmware ? [firmware.service] : []),
    ...(custom ? [{ stop: () => custom.close() }] : []),
    ...(location ? [{ stop: async () => location.close() }] : []),
  ];
  const ports: AgentPorts = { ...common, objects: withCustom(own, custom?.objects), services };
  agent = new Agent(config, ports);
  return agent;
}

type CommonPorts = Omit<AgentPorts, "objects" | "services">;

/** Loaded where it is configured alone. */
async function machineFirmware(
  config: AgentConfig,
  ports: CommonPorts,
  emit: (event: AgentEvent) => void,
  version: string | undefined,
) {
  const { firmware, packages, stateDirectory } = config;
  if (!firmware) return undefined;
  const { openFirmware } = await import("./firmware.ts");
  const { packageSources } = await import("./package-sources.ts");
  const { FolderSpool } = await import("../platform/folder-spool.ts");
  return openFirmware(firmware, packages, {
    ...ports,
    emit,
    version: () => version,
    spool: new FolderSpool(packages.folder ?? join(stateDirectory, "packages")),
    sources: packageSources(config, { ...ports, sessions: config.network, emit }, machineFiles),
  });
}

/** An object of the configuration takes the place of the agent's own. */
function withCustom(own: readonly LwM2mObject[], custom: readonly LwM2mObject[] = []): readonly LwM2mObject[] {
  const ids = new Set(custom.map(({ definition }) => definition.id));
  return [...own.filter(({ definition }) => !ids.has(definition.id)), ...custom];
}

function machinePorts({ device, hooks }: AgentConfig, logger: Logger, location?: LocationPort): DevicePorts {
  return {
    device: machineDevice({ ...device, rebootCommand: hooks.reboot }, logger),
    connectivity: machineConnectivity(),
    traffic: machineTraffic(),
    ...(location && { location }),
  };
}

function machineCredentials(iotsafe: () => Promise<IotSafeProvider>, cards: LazyCards): CredentialProvider {
  const providers = new CredentialsByScheme({
    file: async () => {
      const { FileCredentialProvider } = await import("../credentials/adapters/file/file-credential-provider.ts");
      return new FileCredentialProvider(machineFiles);
    },
    iotsafe,
  });
  const close = async (): Promise<void> => {
    await providers.close();
    await cards.close();
  };
  return { open: (uri, signal) => providers.open(uri, signal), close };
}

/** One for all: credentials and key slots share the card. Loaded when first needed. */
function cardProvider(records: FolderRecords, logger: Logger, cards: LazyCards) {
  const load = async (): Promise<IotSafeProvider> => {
    const { IotSafeProvider } = await import("../credentials/adapters/iotsafe/iotsafe-provider.ts");
    const loaded = await cards.get();
    return new IotSafeProvider({
      createCard: (channel) => loaded.get(channel),
      cache: { get: (key) => records.read(key), put: (key, value) => records.write(key, value) },
      logger,
    });
  };
  let loading: Promise<IotSafeProvider> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}
