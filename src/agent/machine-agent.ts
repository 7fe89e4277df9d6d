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
  const cardFigures: CardFiguresCounter = new CardFiguresCounter(({ kind }, result) =>
    onEvent({ type: "card-operation", phase: cardFigures.phase, kind, ...result }),
  );
  const definitions = await loadDefinitions(machineFiles, objectsFolder, config.lwm2m);
  const records = new FolderRecords(new MachineFolder(config.stateDirectory), logger);
  const custom = config.objects && (await machineObjects(config.objects, objectsFolder, logger));
  const location = config.location && machineLocation(config.location, logger);
  const iotsafe = cardProvider(records, logger, cardFigures);
  const { localAddress } = config.network;
  const machine = machinePorts(config, logger, location?.port);
  const common: CommonPorts = {
    network: udpNetwork(localAddress === undefined ? {} : { localAddress }),
    clock: monotonicClock,
    timers: nodeTimers,
    entropy: nodeEntropy,
    ephemeralKeys: nodeEphemeralKeys,
    logger,
    cardFigures,
    credentials: machineCredentials(iotsafe),
    openKeySlots: async (keys) => {
      const { openKeySlots } = await import("./enrolment/enrolment-slots.ts");
      return openKeySlots(keys, { store: records, applet: async (uri) => (await iotsafe()).applet(uri) });
    },
    createVerifier: (account, server) =>
      createVerifier(account, server, { wallClock: systemWallClock, files: machineFiles }),
    wallClock: systemWallClock,
    store: records,
    definitions,
    onEvent,
  };
  const firmware = await machineFirmware(config, common, machine.device.firmwareVersion);
  const own = [...deviceObjects(machine, definitions, nodeTimers), ...(firmware ? [firmware.object] : [])];
  const services = [
    ...(firmware ? [firmware.service] : []),
    ...(custom ? [{ stop: () => custom.close() }] : []),
    ...(location ? [{ stop: async () => location.close() }] : []),
  ];
  const ports: AgentPorts = { ...common, objects: withCustom(own, custom?.objects), services };
  return new Agent(config, ports);
}

type CommonPorts = Omit<AgentPorts, "objects" | "services"> & { onEvent(event: AgentEvent): void };

/** Loaded where it is configured alone. */
async function machineFirmware(config: AgentConfig, ports: CommonPorts, version: string | undefined) {
  const { firmware, packages, stateDirectory } = config;
  if (!firmware) return undefined;
  const { openFirmware } = await import("./firmware.ts");
  const { packageSources } = await import("./package-sources.ts");
  const { FolderSpool } = await import("../platform/folder-spool.ts");
  const emit = (event: AgentEvent): void => ports.onEvent(event);
  return openFirmware(firmware, packages, {
    ...ports,
    emit,
    version: () => version,
    spool: new FolderSpool(packages.folder ?? join(stateDirectory, "packages")),
    sources: packageSources(config, { ...ports, emit }, machineFiles),
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

function machineCredentials(iotsafe: () => Promise<IotSafeProvider>): CredentialProvider {
  return new CredentialsByScheme({
    file: async () => {
      const { FileCredentialProvider } = await import("../credentials/adapters/file/file-credential-provider.ts");
      return new FileCredentialProvider(machineFiles);
    },
    iotsafe,
  });
}

/** One for all: credentials and key slots share the card. Loaded when first needed. */
function cardProvider(records: FolderRecords, logger: Logger, observer: CardFiguresCounter) {
  const load = async (): Promise<IotSafeProvider> => {
    const { IotSafeProvider } = await import("../credentials/adapters/iotsafe/iotsafe-provider.ts");
    const { createCardService } = await import("./card-services.ts");
    return new IotSafeProvider({
      createCard: (channel) => createCardService(channel, logger, observer),
      cache: { get: (key) => records.read(key), put: (key, value) => records.write(key, value) },
      logger,
    });
  };
  let loaded: Promise<IotSafeProvider> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}
