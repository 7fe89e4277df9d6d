import type { ObjectLink } from "../../../formats/object-link.ts";
import type { ExecuteArguments } from "../../../lwm2m/data-model/execute-arguments.ts";
import type { ObjectShape, ResourceShape } from "./object-shape.ts";

/** What code gives for a value of each type. Times are seconds since 1970 UTC. */
interface GivenTypes {
  readonly string: string;
  readonly integer: bigint | number;
  readonly unsigned: bigint | number;
  readonly float: number;
  readonly boolean: boolean;
  readonly opaque: Uint8Array;
  readonly time: bigint | number;
  readonly objlnk: ObjectLink;
  readonly corelnk: string;
}

/** What code gets: whole numbers exactly. */
interface TakenTypes extends GivenTypes {
  readonly integer: bigint;
  readonly unsigned: bigint;
  readonly time: bigint;
}

type ValueIn<Types extends GivenTypes, R extends ResourceShape> = R extends {
  readonly type: infer T extends keyof Types;
}
  ? R["multiple"] extends true
    ? ReadonlyMap<number, Types[T]>
    : Types[T]
  : never;

type Maybe<T> = T | undefined | Promise<T | undefined>;

export interface Readable<R extends ResourceShape> {
  /** Undefined: no value at the moment. */
  read(): Maybe<ValueIn<GivenTypes, R>>;
  /** Set it when `changed` is called for each change: then nobody has to look now and then. */
  readonly announced?: boolean;
}

export interface Writable<R extends ResourceShape> {
  /** The value fits the definition. What it throws is answered 5.00, an OperationError with its own code. */
  write(value: ValueIn<TakenTypes, R>): void | Promise<void>;
}

export interface Executable {
  execute(args: ExecuteArguments): void | Promise<void>;
}

/** What code gives for a resource, as its operations ask; a value instead of functions stays as it is. */
export type ResourceOf<R extends ResourceShape> = {
  readonly none: never;
  readonly R: Readable<R> | ValueIn<GivenTypes, R>;
  readonly W: Writable<R>;
  readonly RW: Readable<R> & Writable<R>;
  readonly E: Executable;
}[R["operations"]];

type MandatoryNames<S extends ObjectShape> = {
  [K in keyof S["resources"]]: S["resources"][K]["mandatory"] extends true ? K : never;
}[keyof S["resources"]];

/** The resources of one instance: the mandatory ones, and any of the others. */
export type InstanceOf<S extends ObjectShape> = {
  readonly [K in MandatoryNames<S>]: ResourceOf<S["resources"][K]>;
} & { readonly [K in Exclude<keyof S["resources"], MandatoryNames<S>>]?: ResourceOf<S["resources"][K]> };

/** The object in the running agent, as its code reaches it. */
export interface ObjectHandle<S extends ObjectShape> {
  /** A value changed by itself: observers hear of it. */
  changed(instance: number, resource: keyof S["resources"]): void;
  /** Adds or replaces an instance. */
  set(instance: number, resources: InstanceOf<S>): void;
  remove(instance: number): void;
}

/** Gives the instances to begin with. */
export type ObjectSetup<S extends ObjectShape> = (object: ObjectHandle<S>) => Readonly<Record<number, InstanceOf<S>>>;

/** An object with its code, as a module exports it. */
export interface ObjectModule {
  readonly kind: "lwm2m-safe object";
  readonly shape: ObjectShape;
  setup(object: ObjectHandle<ObjectShape>): unknown;
}

/** Describes an object by its shape and the code behind it; default export of a file in `objects.modules`. */
export function defineObject<const S extends ObjectShape>(shape: S, setup: ObjectSetup<S>): ObjectModule {
  return { kind: "lwm2m-safe object", shape, setup };
}
