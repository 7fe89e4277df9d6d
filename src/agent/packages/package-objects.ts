import { join } from "node:path";
import { machineFiles } from "../../platform/files.ts";
import { FolderSpool } from "../../platform/folder-spool.ts";
import type { AgentPorts } from "../agent.ts";
import type { AgentEvent } from "../agent-event.ts";
import type { AgentConfig } from "../config/config-schema.ts";
import type { ObjectAtWork } from "./firmware.ts";

/** What package delivery needs of the agent's ports. */
export type PackagePorts = Omit<AgentPorts, "objects" | "services" | "onEvent"> & { emit(event: AgentEvent): void };

/** Firmware Update and Software Management, loaded where they are configured alone. */
export async function packageObjects(
  config: AgentConfig,
  ports: PackagePorts,
  version: () => string | undefined,
): Promise<ObjectAtWork[]> {
  const { firmware, software, packages, stateDirectory } = config;
  if (!firmware && !software) return [];
  const { openFirmware } = await import("./firmware.ts");
  const { openSoftware } = await import("./software.ts");
  const { packageSources } = await import("./package-sources.ts");
  const spool = new FolderSpool(packages.folder ?? join(stateDirectory, "packages"));
  const common = {
    ...ports,
    spool,
    sources: packageSources(config, { ...ports, sessions: config.network }, machineFiles),
  };
  return [
    ...(firmware ? [await openFirmware(firmware, packages, { ...common, version })] : []),
    ...(software ? [await openSoftware(software, packages, common)] : []),
  ];
}
