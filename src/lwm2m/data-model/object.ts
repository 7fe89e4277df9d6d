import type { Value } from "../../formats/values.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import type { ExecuteArguments } from "./execute-arguments.ts";

/** A single value, or the values of a multiple resource by resource instance id. */
export type ResourceValue = Value | ReadonlyMap<number, Value>;

export function isMultiple(value: ResourceValue): value is ReadonlyMap<number, Value> {
  return value instanceof Map;
}

/** New values for one instance. They are checked against the definition (type, range, operations) beforehand. */
export interface InstanceWrite {
  /**
   * True for Write (replace) of the whole instance: optional writable resources that are not listed go away.
   * False: only the listed resources change.
   */
  readonly replace: boolean;
  /** A map for a multiple resource is its complete new set of resource instances. */
  readonly resources: ReadonlyMap<number, ResourceValue>;
}

/** Makes a checked write happen. Must not fail for a reason that could have been found before. */
export type Commit = () => void | Promise<void>;

/**
 * A value that comes piece by piece because it is too large to be held. Methods reject with OperationError to end the
 * Write with that answer; `abandon` is not called after that.
 */
export interface ValueStream {
  append(bytes: Uint8Array): Promise<void>;
  /** The value is whole: only now the Write takes effect. */
  finish(): Promise<void>;
  /** The rest will not come. */
  abandon(reason: string): void;
}

/** An instance or a resource changed, came or went. */
export interface ObjectChange {
  readonly instance: number;
  /** Absent: the instance was created or deleted. */
  readonly resource?: number;
}

type MaybePromise<T> = T | Promise<T>;

/**
 * What an object offers to the data model: typed resources behind a small interface. Methods throw OperationError to
 * answer with a given response code; anything else becomes 5.00.
 */
export interface LwM2mObject {
  readonly definition: ObjectDefinition;
  /** Ids of the instances there are, ascending. */
  instances(): readonly number[];
  /** Ids of the resources an instance supports, executables included, ascending. */
  resources(instance: number): readonly number[];
  /** The value now; undefined when a supported resource has none at the moment. */
  read(instance: number, resource: number): MaybePromise<ResourceValue | undefined>;
  /** Checks a write and returns what makes it happen, so that a composite of several is all or nothing. */
  prepareWrite?(instance: number, write: InstanceWrite): MaybePromise<Commit>;
  /**
   * Takes an opaque value of many blocks as it comes; `announced` is the size that the server names, framing included.
   * Undefined: no such resource, the value is written whole. Throws OperationError.
   */
  openWrite?(instance: number, resource: number, announced: number | undefined): ValueStream | undefined;
  execute?(instance: number, resource: number, args: ExecuteArguments): MaybePromise<void>;
  /** Absent: servers cannot create instances. `instance` is absent when the server leaves the choice of the id. */
  create?(instance: number | undefined, resources: ReadonlyMap<number, ResourceValue>): MaybePromise<number>;
  /** Absent: servers cannot delete instances. */
  delete?(instance: number): MaybePromise<void>;
  /** True for a value that changes without being announced: who observes it has to look now and then. */
  changesByItself?(instance: number, resource: number): boolean;
  /** Calls back after each change from whatever side; returns how to stop. */
  onChange(listener: (change: ObjectChange) => void): () => void;
}
