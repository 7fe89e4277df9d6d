import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
import type { ObjectAtWork } from "./firmware.ts";
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
    credentials: machineCredentials(records, logger, cardFigures),
    createVerifier: (account, server) =>
      createVerifier(account, server, { wallClock: systemWallClock, files: machineFiles }),
    wallClock: systemWallClock,
    store: records,
    definitions,
    onEvent,
  };
  const packaged = await packageObjects(config, common, machine.device.firmwareVersion);
  const own = [...deviceObjects(machine, definitions, nodeTimers), ...packaged.map(({ object }) => object)];
  const services = [
    ...packaged.map(({ service }) => service),
    ...(custom ? [{ stop: () => custom.close() }] : []),
    ...(location ? [{ stop: async () => location.close() }] : []),
  ];
  const ports: AgentPorts = { ...common, objects: withCustom(own, custom?.objects), services };
  return new Agent(config, ports);
}

type CommonPorts = Omit<AgentPorts, "objects" | "services"> & { onEvent(event: AgentEvent): void };

/** Firmware and software, loaded where they are configured alone. */
async function packageObjects(
  config: AgentConfig,
  ports: CommonPorts,
  version: string | undefined,
): Promise<ObjectAtWork[]> {
  const { firmware, software, packages, stateDirectory } = config;
  if (!firmware && !software) return [];
  const { openFirmware } = await import("./firmware.ts");
  const { openSoftware } = await import("./software.ts");
  const { packageSources } = await import("./package-sources.ts");
  const { FolderSpool } = await import("../platform/folder-spool.ts");
  const emit = (event: AgentEvent): void => ports.onEvent(event);
  const spool = new FolderSpool(packages.folder ?? join(stateDirectory, "packages"));
  const common = { ...ports, spool, sources: packageSources(config, { ...ports, emit }, machineFiles) };
  return [
    ...(firmware ? [await openFirmware(firmware, packages, { ...common, emit, version: () => version })] : []),
    ...(software ? [await openSoftware(software, packages, common)] : []),
  ];
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

function machineCredentials(records: FolderRecords, logger: Logger, observer: CardFiguresCounter): CredentialProvider {
  return new CredentialsByScheme({
    file: async () => {
      const { FileCredentialProvider } = await import("../credentials/adapters/file/file-credential-provider.ts");
      return new FileCredentialProvider(machineFiles);
    },
    iotsafe: async () => {
      const { IotSafeProvider } = await import("../credentials/adapters/iotsafe/iotsafe-provider.ts");
      const { createCardService } = await import("./card-services.ts");
      return new IotSafeProvider({
        createCard: (channel) => createCardService(channel, logger, observer),
        cache: { get: (key) => records.read(key), put: (key, value) => records.write(key, value) },
        logger,
      });
    },
  });
}
