import { machineCommands } from "../../platform/commands.ts";
import { machineDevice } from "../../platform/device.ts";
import { machineFiles } from "../../platform/files.ts";
import type { AgentConfig, EndpointSource } from "../config/config-schema.ts";
import { type EndpointNamePorts, findEndpointName } from "./endpoint-name.ts";

type Ports = Pick<EndpointNamePorts, "credentials" | "timers" | "entropy" | "logger">;

/** The endpoint name of this machine, from where the configuration says. Never rejects. */
export function machineEndpointName(config: AgentConfig, source: EndpointSource, ports: Ports): Promise<string> {
  const serialNumber = () => machineDevice(config.device, ports.logger).serialNumber;
  return findEndpointName(config, source, { ...ports, files: machineFiles, commands: machineCommands, serialNumber });
}
