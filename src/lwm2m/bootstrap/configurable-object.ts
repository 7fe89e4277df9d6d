import type { ObjectDefinition, ResourceDefinition } from "../model/object-definition.ts";
import type { ObjectContent } from "./configuration.ts";

/** A checked change that can be taken back. */
export interface Change {
  apply(): void | Promise<void>;
  /** Called only after `apply`, also after one that failed half way. */
  undo(): void | Promise<void>;
}

/** An object as bootstrap sees it: whatever servers may do with it, its content is read and set as a whole. */
export interface ConfigurableObject {
  readonly definition: ObjectDefinition;
  /** True: its content is part of the saved configuration. False: the object sees to its own values. */
  readonly isStored: boolean;
  /** False: bootstrap cannot remove instances of it, because the device needs them (Device, Firmware Update, ...). */
  readonly canLoseInstances: boolean;
  /** Whether bootstrap may set this resource; others are passed over in a payload and keep their values. */
  accepts(resource: ResourceDefinition): boolean;
  content(): ObjectContent | Promise<ObjectContent>;
  /** Checks the way from one content to another. Throws OperationError when the object refuses it. */
  prepare(before: ObjectContent, after: ObjectContent): Change | Promise<Change>;
}

/** The objects that bootstrap reaches, by id. */
export type ConfigurableObjects = ReadonlyMap<number, ConfigurableObject>;

export function configurableObjects(objects: readonly ConfigurableObject[]): ConfigurableObjects {
  return new Map(objects.map((object) => [object.definition.id, object]));
}
