import type { LwM2mObject } from "../../lwm2m/data-model/object.ts";
import type { LineHandler, LineListener } from "../../util/line-connection.ts";
import { loadModules, type ModuleLoader } from "./code/load-modules.ts";
import { CustomObjectsError } from "./custom-objects-error.ts";
import { customDefinitions, type FolderReader } from "./definition-files.ts";
import type { SourcePorts } from "./make-source.ts";
import { mappedObjects } from "./mapped-objects.ts";
import type { ObjectsConfig } from "./objects-config.ts";
import { TopicSession } from "./topic-session.ts";
import { TopicTable } from "./topic-table.ts";

export interface CustomObjectsPorts extends Omit<SourcePorts, "topics"> {
  /** The package's own definitions. */
  readonly definitionsFolder: string;
  readonly folders: FolderReader;
  readonly loadModule: ModuleLoader;
  listen(path: string, handler: LineHandler): Promise<LineListener>;
}

/** Objects that the configuration adds to the agent's own. */
export interface CustomObjects {
  readonly objects: readonly LwM2mObject[];
  close(): Promise<void>;
}

/** Makes what the section `objects` asks for. Rejects with CustomObjectsError and with what listening rejects with. */
export async function loadCustomObjects(config: ObjectsConfig, ports: CustomObjectsPorts): Promise<CustomObjects> {
  const topics = new TopicTable(ports.timers);
  const coded = await loadModules(config.modules, ports.loadModule);
  const ids = new Set(Object.keys(config.instances).map((key) => Number(key.split("/")[1])));
  const definitions = await customDefinitions(ids, ports.definitionsFolder, config.folder, ports.folders);
  const mapped = mappedObjects(config, definitions, { ...ports, topics });
  const objects = [...coded, ...mapped];
  refuseTwice(objects);
  const { topicSocket } = config;
  const handler: LineHandler = (connection) => new TopicSession(connection, topics);
  const listener = topicSocket === undefined ? undefined : await ports.listen(topicSocket, handler);
  return {
    objects,
    close: async () => {
      for (const object of mapped) object.close();
      await listener?.close();
    },
  };
}

/** What accounts are made of: code of others must not stand in for it. */
const accountObjects: ReadonlySet<number> = new Set([0, 1, 2, 21, 23]);

function refuseTwice(objects: readonly LwM2mObject[]): void {
  const ids = objects.map(({ definition }) => definition.id);
  const own = ids.filter((id) => accountObjects.has(id));
  if (own.length > 0) throw new CustomObjectsError([`objects.modules: object ${own.join(", ")} is the agent's alone`]);
  const twice = ids.filter((id, i) => ids.indexOf(id) < i);
  if (twice.length > 0) {
    throw new CustomObjectsError([`objects: object ${twice.join(", ")} is made twice, by modules or by instances`]);
  }
}
