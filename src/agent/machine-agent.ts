import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { IotSafeProvider } from "../credentials/adapters/iotsafe/iotsafe-provider.ts";
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
import { listenForLines } from "../platform/line-socket/listen-for-lines.ts";
import { nodeTimers } from "../platform/timers.ts";
import { udpNetwork } from "../platform/udp-path.ts";
import type { LineListener } from "../util/line-connection.ts";
import type { Logger } from "../util/log.ts";
import { Agent, type AgentPorts } from "./agent.ts";
import type { AgentEvent } from "./agent-event.ts";
import { CardFiguresCounter } from "./card-figures.ts";
import { type AgentConfig, serversOf } from "./config/config-schema.ts";
import { cardAccess } from "./control/card-access.ts";
import { EventFeed } from "./control/event-feed.ts";
import { serveControl } from "./control/serve-control.ts";
import { CredentialsByScheme } from "./credentials-by-scheme.ts";
import type { CustomObjects } from "./custom-objects/custom-objects.ts";
import type { MachineLocation } from "./custom-objects/machine-location.ts";
import { type DevicePorts, deviceObjects, loadDefinitions } from "./data-model.ts";
import { createVerifier } from "./trust.ts";

/** Of the package, seen from src/agent/ and from dist/agent/ alike. */
const objectsFolder = fileURLToPath(new URL("../../objects", import.meta.url));

export interface MachineAgentOptions {
  readonly logger: Logger;
  /** Hears everything that happens, in order. Must not throw. */
  onEvent?(event: AgentEvent): void;
}

/**
 * An agent on this machine: real sockets, clocks, files and cards. Rejects with a CodedError:
 * "BAD_…" about the configuration, "SOCKET_IN_USE" when another agent has the control socket.
 */
export async function createMachineAgent(config: AgentConfig, options: MachineAgentOptions): Promise<Agent> {
  const { logger } = options;
  const feed = new EventFeed();
  const onEvent = (event: AgentEvent): void => {
    feed.tell(event);
    options.onEvent?.(event);
  };
  const cardFigures: CardFiguresCounter = new CardFiguresCounter(({ kind }, result) =>
    onEvent({ type: "card-operation", phase: cardFigures.phase, kind, ...result }),
  );
  const definitions = await loadDefinitions(machineFiles, objectsFolder, config.lwm2m);
  const records = new FolderRecords(new MachineFolder(config.stateDirectory), logger);
  const custom = await customObjects(config, logger);
  const location = await configuredLocation(config, logger);
  const { localAddress } = config.network;
  const machine = machinePorts(config, logger, location?.port);
  const credentials = machineCredentials(records, logger, cardFigures);
  const common: CommonPorts = {
    network: udpNetwork(localAddress === undefined ? {} : { localAddress }),
    clock: monotonicClock,
    timers: nodeTimers,
    entropy: nodeEntropy,
    ephemeralKeys: nodeEphemeralKeys,
    logger,
    cardFigures,
    credentials,
    createVerifier: (account, server) =>
      createVerifier(account, server, { wallClock: systemWallClock, files: machineFiles }),
    wallClock: systemWallClock,
    store: records,
    definitions,
    onEvent,
  };
  const firmware = await machineFirmware(config, common, machine.device.firmwareVersion);
  const own = [...deviceObjects(machine, definitions, nodeTimers), ...(firmware ? [firmware.object] : [])];
  let control: LineListener | undefined;
  const services = [
    ...(firmware ? [firmware.service] : []),
    ...(custom ? [{ stop: () => custom.close() }] : []),
    { stop: async () => control?.close() },
    ...(location ? [{ stop: async () => location.close() }] : []),
  ];
  const ports: AgentPorts = { ...common, objects: withCustom(own, custom?.objects), services };
  const agent = new Agent(config, ports);
  const targets = { agent: agent.control, card: cardAccess(() => cardProvider(credentials)), ...ownCardUri(config) };
  try {
    control = await serveControl(config, targets, feed, logger, listenForLines);
    return agent;
  } catch (error) {
    // What looks for changes would keep the process alive.
    await Promise.all(services.map((service) => service.stop()));
    throw error;
  }
}

/** Loaded when they are configured: start-up time counts. */
async function customObjects({ objects }: AgentConfig, logger: Logger): Promise<CustomObjects | undefined> {
  if (!objects) return undefined;
  const { machineObjects } = await import("./custom-objects/machine-objects.ts");
  return machineObjects(objects, objectsFolder, logger);
}

async function configuredLocation({ location }: AgentConfig, logger: Logger): Promise<MachineLocation | undefined> {
  if (!location) return undefined;
  const { machineLocation } = await import("./custom-objects/machine-location.ts");
  return machineLocation(location, logger);
}

/** The provider that the agent's own credentials come from, so that there is one owner of the card. */
async function cardProvider(credentials: CredentialsByScheme): Promise<IotSafeProvider> {
  const { IotSafeProvider } = await import("../credentials/adapters/iotsafe/iotsafe-provider.ts");
  const provider = await credentials.provider("iotsafe");
  if (provider instanceof IotSafeProvider) return provider;
  throw new TypeError("the provider of iotsafe: is another");
}

/** What card commands mean when they name no card. */
function ownCardUri(config: AgentConfig): { readonly cardUri?: string } {
  const accounts = [...serversOf(config), ...(config.bootstrap ? [config.bootstrap] : [])];
  const uris = [config.credentials.default, ...accounts.map(({ security }) => security?.credential)];
  const cardUri = uris.find((uri) => uri?.toLowerCase().startsWith("iotsafe:"));
  return cardUri === undefined ? {} : { cardUri };
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

function machineCredentials(records: FolderRecords, logger: Logger, observer: CardFiguresCounter): CredentialsByScheme {
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
