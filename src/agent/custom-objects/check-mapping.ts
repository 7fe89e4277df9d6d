import {
  isExecutable,
  isReadable,
  isWritable,
  type ObjectDefinition,
  type ResourceDefinition,
} from "../../lwm2m/model/object-definition.ts";
import { describeError } from "../../util/coded-error.ts";
import { constantValue } from "./constant-source.ts";
import type { CommandMapping, ConstantMapping, ResourceMapping, SingleMapping } from "./objects-config.ts";
import { valueTypeName } from "./type-name.ts";
import { ValueText } from "./value-text.ts";

/** What is wrong with the mappings of one instance: `KEY: what was expected, and what the definition says`. */
export function instanceProblems(
  definition: ObjectDefinition,
  instance: number,
  mappings: Readonly<Record<string, ResourceMapping>>,
  hasTopicSocket: boolean,
): string[] {
  const key = `objects.instances./${definition.id}/${instance}`;
  const problems = Object.entries(mappings).flatMap(([id, mapping]) => {
    const resource = definition.resources.get(Number(id));
    if (!resource) return [`${key}.${id}: object ${title(definition)} has no such resource`];
    return resourceProblems(resource, mapping, hasTopicSocket).map(
      ([below, problem]) => `${key}.${id}${below}: ${problem}`,
    );
  });
  const missing = [...definition.resources.values()].filter(({ mandatory, id }) => mandatory && !(id in mappings));
  problems.push(
    ...missing.map(
      ({ id, name }) => `${key}: resource ${id} (${name}) is missing, which is mandatory in ${title(definition)}`,
    ),
  );
  if (!definition.multiple && instance !== 0) problems.push(`${key}: object ${title(definition)} has instance 0 alone`);
  return problems;
}

function title({ id, name, version }: ObjectDefinition): string {
  return `${id} (${name} ${version})`;
}

/** Below the resource's key, and what is wrong there. */
type Problem = readonly [string, string];

function resourceProblems(resource: ResourceDefinition, mapping: ResourceMapping, hasTopicSocket: boolean): Problem[] {
  const { id, name, multiple } = resource;
  if ("each" in mapping) {
    if (!multiple) return [["", `${id} (${name}) has a single value: no "each"`]];
    return Object.entries(mapping.each).flatMap(([instance, one]) =>
      singleProblems(resource, one, hasTopicSocket).map(
        ([below, problem]): Problem => [`.each.${instance}${below}`, problem],
      ),
    );
  }
  if (multiple && !isExecutable(resource)) {
    return [["", `${id} (${name}) has several values: map each resource instance under "each"`]];
  }
  return singleProblems(resource, mapping, hasTopicSocket);
}

function singleProblems(resource: ResourceDefinition, mapping: SingleMapping, hasTopicSocket: boolean): Problem[] {
  if ("constant" in mapping) return constantProblems(resource, mapping);
  if ("topic" in mapping) {
    return hasTopicSocket ? [] : [[".topic", "objects.topicSocket has to say where topics are published"]];
  }
  const scale: Problem[] =
    mapping.scale !== 1 && !ValueText.canScale(resource.type)
      ? [[".scale", `${resource.id} (${resource.name}) ${valueTypeName(resource)}: nothing to scale`]]
      : [];
  if ("command" in mapping) return [...scale, ...commandProblems(resource, mapping)];
  const isExecute: Problem[] = isExecutable(resource)
    ? [[".file", `${resource.id} (${resource.name}) is executable: a command or a topic expected`]]
    : [];
  return [...scale, ...isExecute];
}

function constantProblems(resource: ResourceDefinition, { constant }: ConstantMapping): Problem[] {
  const { id, name, type } = resource;
  if (!type) return [[".constant", `${id} (${name}) is executable: a command or a topic expected`]];
  if (!isReadable(resource)) return [[".constant", `${id} (${name}) is only written: nobody would see a constant`]];
  try {
    constantValue(constant, type);
    return [];
  } catch (error) {
    const got = JSON.stringify(constant).slice(0, 80);
    return [[".constant", `${id} (${name}) ${valueTypeName(resource)}, got ${got} (${describeError(error)})`]];
  }
}

function commandProblems(resource: ResourceDefinition, { command }: CommandMapping): Problem[] {
  if (!("read" in command || "write" in command || "execute" in command)) return [];
  const can = { read: isReadable(resource), write: isWritable(resource), execute: isExecutable(resource) };
  const { id, name, operations } = resource;
  return (["read", "write", "execute"] as const).flatMap((operation): Problem[] =>
    command[operation] !== undefined && !can[operation]
      ? [[`.command.${operation}`, `${id} (${name}) has the operations ${operations}`]]
      : [],
  );
}
