import { machineCommands } from "../../platform/commands.ts";
import { machineFolders } from "../../platform/files.ts";
import { listenForLines } from "../../platform/line-socket/listen-for-lines.ts";
import { loadModule } from "../../platform/modules.ts";
import { nodeTimers } from "../../platform/timers.ts";
import { machineValueFiles } from "../../platform/value-files.ts";
import type { Logger } from "../../util/log.ts";
import { type CustomObjects, loadCustomObjects } from "./custom-objects.ts";
import type { ObjectsConfig } from "./objects-config.ts";

/** The custom objects of this machine: real files, programs and sockets. Rejects as `loadCustomObjects` does. */
export function machineObjects(
  config: ObjectsConfig,
  definitionsFolder: string,
  logger: Logger,
): Promise<CustomObjects> {
  return loadCustomObjects(config, {
    definitionsFolder,
    folders: machineFolders,
    files: machineValueFiles,
    commands: machineCommands,
    loadModule,
    listen: listenForLines,
    timers: nodeTimers,
    logger,
  });
}
