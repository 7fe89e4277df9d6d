import type { ValueType } from "../../formats/values.ts";
import type { ValueRange } from "./value-range.ts";

/** What servers may do with a resource; "none" is for the security objects, reachable by bootstrap alone. */
export type ResourceOperations = "none" | "R" | "W" | "RW" | "E";

/** One resource of an object, as the registry describes it (OMA LWM2M.xsd). */
export interface ResourceDefinition {
  readonly id: number;
  readonly name: string;
  readonly operations: ResourceOperations;
  readonly multiple: boolean;
  readonly mandatory: boolean;
  /** Absent for executables. */
  readonly type?: ValueType;
  /** Absent when the registry gives none, or words instead of numbers. */
  readonly range?: ValueRange;
  /** As in the registry, for example "s"; empty when there is none. */
  readonly units: string;
  readonly description: string;
}

/** One version of one object. */
export interface ObjectDefinition {
  readonly id: number;
  readonly name: string;
  /** "1.0", "1.1", ... */
  readonly version: string;
  readonly urn: string;
  readonly multiple: boolean;
  readonly mandatory: boolean;
  readonly description: string;
  readonly resources: ReadonlyMap<number, ResourceDefinition>;
}

export function isReadable(resource: Pick<ResourceDefinition, "operations">): boolean {
  return resource.operations === "R" || resource.operations === "RW";
}

export function isWritable(resource: Pick<ResourceDefinition, "operations">): boolean {
  return resource.operations === "W" || resource.operations === "RW";
}

export function isExecutable(resource: Pick<ResourceDefinition, "operations">): boolean {
  return resource.operations === "E";
}
