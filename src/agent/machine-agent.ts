import { nodeEntropy } from "../crypto/entropy.ts";
import { nodeEphemeralKeys } from "../crypto/ephemeral-keys.ts";
import { AddressWatch } from "../platform/address-watch.ts";
import { monotonicClock, systemWallClock } from "../platform/clock.ts";
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
import { CardFiguresCounter } from "./cards/card-figures.ts";
import { LazyCards } from "./cards/lazy-cards.ts";
import { machineKeys } from "./cards/machine-keys.ts";
import { type AgentConfig, type NamedConfig, serversOf } from "./config/config-schema.ts";
import { configuredObjects, objectsFolder } from "./configured-objects.ts";
import { cardAccess } from "./control/card-access.ts";
import { EventFeed } from "./control/event-feed.ts";
import { serveControl } from "./control/serve-control.ts";
import { loadDefinitions } from "./data-model.ts";

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
  let agent: Agent | undefined;
  // What happens before there is an agent is told all the same.
  const emit = (event: AgentEvent): void => (agent ? agent.report(event) : onEvent(event));
  const cardFigures: CardFiguresCounter = new CardFiguresCounter(({ kind }, result) =>
    emit({ type: "card-operation", phase: cardFigures.phase, kind, ...result }),
  );
  const records = new FolderRecords(new MachineFolder(config.stateDirectory), logger);
  const cards = new LazyCards(logger, cardFigures);
  const keys = machineKeys(records, logger, cards);
  const { localAddress, ackTimeout, maxRetransmit } = config.network;
  const common: Omit<AgentPorts, "objects"> = {
    network: udpNetwork({ watch: new AddressWatch(nodeTimers), ...(localAddress !== undefined && { localAddress }) }),
    clock: monotonicClock,
    timers: nodeTimers,
    entropy: nodeEntropy,
    ephemeralKeys: nodeEphemeralKeys,
    logger,
    coapParameters: { ackTimeoutMs: ackTimeout * 1000, maxRetransmit },
    cardFigures,
    credentials: keys.credentials,
    openKeySlots: keys.openKeySlots,
    createVerifier: async (account, server) => {
      const { createVerifier } = await import("./accounts/trust.ts");
      return createVerifier(account, server, { wallClock: systemWallClock, files: machineFiles });
    },
    wallClock: systemWallClock,
    store: records,
    definitions: await loadDefinitions(machineFiles, objectsFolder, config.lwm2m),
    ...(config.smartCard && { readCard: cards.bootstrapReader(config.smartCard.channel) }),
    onEvent,
  };
  const namedConfig = await named(config, common);
  const { objects, services } = await configuredObjects(config, common.definitions, { ...common, emit });
  let control: LineListener | undefined;
  const closing = { stop: async () => control?.close() };
  agent = new Agent(namedConfig, { ...common, objects, services: [...services, closing] });
  const targets = { agent: agent.control, card: cardAccess(keys.iotsafe), ...ownCardUri(config) };
  try {
    control = await serveControl(config, targets, feed, logger, listenForLines);
    return agent;
  } catch (error) {
    // What looks for changes would keep the process alive.
    await Promise.all(services.map((service) => service.stop()));
    throw error;
  }
}

/** Loaded when the name has to be found: start-up time counts. */
async function named(config: AgentConfig, ports: Omit<AgentPorts, "objects">): Promise<NamedConfig> {
  const { endpoint } = config;
  if (typeof endpoint === "string") return { ...config, endpoint };
  const { machineEndpointName } = await import("./accounts/machine-endpoint-name.ts");
  return { ...config, endpoint: await machineEndpointName(config, endpoint, ports) };
}

/** What card commands mean when they name no card. */
function ownCardUri(config: AgentConfig): { readonly cardUri?: string } {
  const accounts = [...serversOf(config), ...(config.bootstrap ? [config.bootstrap] : [])];
  const uris = [config.credentials.default, ...accounts.map(({ security }) => security?.credential)];
  const cardUri = uris.find((uri) => uri?.toLowerCase().startsWith("iotsafe:"));
  return cardUri === undefined ? {} : { cardUri };
}
