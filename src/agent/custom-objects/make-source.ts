import { formatPath, type Path } from "../../formats/path.ts";
import { isExecutable, isReadable, isWritable, type ResourceDefinition } from "../../lwm2m/model/object-definition.ts";
import type { CommandPort } from "../../lwm2m/ports/command-port.ts";
import type { ValueFilePort } from "../../lwm2m/ports/value-file-port.ts";
import type { Logger } from "../../util/log.ts";
import type { Timers } from "../../util/time.ts";
import { CommandSource } from "./command-source.ts";
import { ConstantSource, constantValue } from "./constant-source.ts";
import { FileSource } from "./file-source.ts";
import type { ResourceSources } from "./mapped-object.ts";
import type { ResourceMapping, SingleMapping } from "./objects-config.ts";
import type { ResourceSource } from "./resource-source.ts";
import type { TopicTable } from "./topic-table.ts";
import { TroubleLog } from "./trouble-log.ts";
import { ValueText } from "./value-text.ts";

export interface SourcePorts {
  readonly files: ValueFilePort;
  readonly commands: CommandPort;
  readonly topics: TopicTable;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** What a mapping that was checked says. `path` is that of the resource. */
export function makeSources(
  resource: ResourceDefinition,
  path: Path,
  mapping: ResourceMapping,
  ports: SourcePorts,
): ResourceSources {
  if (!("each" in mapping)) return makeSource(resource, path, mapping, ports);
  const sources = Object.entries(mapping.each).map(
    ([id, one]) => [Number(id), makeSource(resource, [...path, Number(id)], one, ports)] as const,
  );
  return new Map(sources);
}

function makeSource(
  resource: ResourceDefinition,
  at: Path,
  mapping: SingleMapping,
  ports: SourcePorts,
): ResourceSource {
  const path = formatPath(at);
  const { timers, files, commands, topics } = ports;
  // Executables have no type and no value to write down either.
  const { type = "string" } = resource;
  if ("constant" in mapping) return new ConstantSource(constantValue(mapping.constant, type));
  const can = { read: isReadable(resource), write: isWritable(resource), execute: isExecutable(resource) };
  if ("topic" in mapping) return topics.source(mapping, type, can);
  const log = new TroubleLog(ports.logger, path);
  const text = new ValueText(type, mapping.scale);
  if ("file" in mapping) return new FileSource(mapping, text, files, timers, log);
  return new CommandSource({ path, mapping, can, text, commands, timers, log });
}
