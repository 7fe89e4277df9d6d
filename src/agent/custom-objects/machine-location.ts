import { nodeEntropy } from "../../crypto/entropy.ts";
import type { LocationPort } from "../../lwm2m/ports/location-port.ts";
import { machineCommands } from "../../platform/commands.ts";
import { CommandLocation } from "../../platform/location/command-location.ts";
import { GpsdLocation } from "../../platform/location/gpsd-location.ts";
import { nodeTimers } from "../../platform/timers.ts";
import type { Logger } from "../../util/log.ts";
import type { LocationConfig } from "./location-config.ts";

/** What the section `location` asks for, and how it ends. */
export function machineLocation(
  { gpsd, command = [], timeout }: LocationConfig,
  logger: Logger,
): { readonly port: LocationPort; close(): void } {
  if (gpsd === undefined) {
    return { port: new CommandLocation(command, timeout * 1000, machineCommands, logger), close: () => {} };
  }
  const colon = gpsd.lastIndexOf(":");
  const host = gpsd.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const port = new GpsdLocation({
    host,
    port: Number(gpsd.slice(colon + 1)),
    timers: nodeTimers,
    entropy: nodeEntropy,
    logger,
  });
  return { port, close: () => port.close() };
}
