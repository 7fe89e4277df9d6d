import { fileURLToPath } from "node:url";
import type { LwM2mObject } from "../lwm2m/data-model/object.ts";
import type { ObjectRegistry } from "../lwm2m/model/object-registry.ts";
import { machineConnectivity, machineTraffic } from "../platform/connectivity.ts";
import { machineDevice } from "../platform/device.ts";
import { nodeTimers } from "../platform/timers.ts";
import type { Service } from "./agent.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { AgentConfig } from "./config/config-schema.ts";
import type { CustomObjects } from "./custom-objects/custom-objects.ts";
import type { MachineLocation } from "./custom-objects/machine-location.ts";
import { deviceObjects } from "./data-model.ts";
import { type PackagePorts, packageObjects } from "./packages/package-objects.ts";

/** Of the package, seen from src/agent/ and from dist/agent/ alike. */
export const objectsFolder = fileURLToPath(new URL("../../objects", import.meta.url));

/** /3/0/3, which an installation changes. */
const FIRMWARE_VERSION = 3;

/** What servers find on this machine, but for objects 0 to 2, and what works behind it. */
export interface ConfiguredObjects {
  readonly objects: readonly LwM2mObject[];
  readonly services: readonly Service[];
}

/** The machine's own objects, and what the configuration adds. Rejects with a CodedError "BAD_…" about the configuration. */
export async function configuredObjects(
  config: AgentConfig,
  definitions: ObjectRegistry,
  ports: PackagePorts,
): Promise<ConfiguredObjects> {
  const { logger } = ports;
  const device = machineDevice({ ...config.device, rebootCommand: config.hooks.reboot }, logger);
  const custom = await customObjects(config, ports);
  const location = await configuredLocation(config, ports);
  const machine = { device, connectivity: machineConnectivity(), traffic: machineTraffic() };
  const found = { ...machine, ...(location && { location: location.port }) };
  const emit = (event: AgentEvent): void => {
    if (event.type === "firmware" && event.result === "updated") device.announce(FIRMWARE_VERSION);
    ports.emit(event);
  };
  const packaged = await packageObjects(config, { ...ports, emit }, () => device.firmwareVersion);
  const own = [...deviceObjects(found, definitions, nodeTimers), ...packaged.map(({ object }) => object)];
  const services = [
    ...packaged.map(({ service }) => service),
    ...(custom ? [{ stop: () => custom.close() }] : []),
    ...(location ? [{ stop: async () => location.close() }] : []),
  ];
  return { objects: withCustom(own, custom?.objects), services };
}

/** An object of the configuration takes the place of the agent's own. */
function withCustom(own: readonly LwM2mObject[], custom: readonly LwM2mObject[] = []): readonly LwM2mObject[] {
  const ids = new Set(custom.map(({ definition }) => definition.id));
  return [...own.filter(({ definition }) => !ids.has(definition.id)), ...custom];
}

/** Loaded when they are configured: start-up time counts. */
async function customObjects({ objects }: AgentConfig, { logger }: PackagePorts): Promise<CustomObjects | undefined> {
  if (!objects) return undefined;
  const { machineObjects } = await import("./custom-objects/machine-objects.ts");
  return machineObjects(objects, objectsFolder, logger);
}

async function configuredLocation(
  { location }: AgentConfig,
  { logger }: PackagePorts,
): Promise<MachineLocation | undefined> {
  if (!location) return undefined;
  const { machineLocation } = await import("./custom-objects/machine-location.ts");
  return machineLocation(location, logger);
}
