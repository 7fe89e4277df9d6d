import { notFound } from "../data-model/operation-error.ts";
import { DEVICE_OBJECT, SECURITY_OBJECT } from "./accounts.ts";
import type { Change, ConfigurableObject, ConfigurableObjects } from "./configurable-object.ts";
import {
  type Configuration,
  type InstanceContent,
  noConfiguration,
  noInstances,
  type ObjectContent,
  withEntry,
} from "./configuration.ts";
import { booleanOf } from "./content-values.ts";
import { SecurityResource } from "./security-settings.ts";

/**
 * What a bootstrap session has made of the configuration so far. Nothing of it is in use before `commit`: to roll back
 * is to drop the draft. An object's content is read when it is first needed.
 */
export class ConfigurationDraft {
  readonly objects: ConfigurableObjects;
  #before: Configuration = noConfiguration;
  #now: Configuration = noConfiguration;

  constructor(objects: ConfigurableObjects) {
    this.objects = objects;
  }

  /** Throws OperationError 4.04. */
  object(objectId: number): ConfigurableObject {
    const object = this.objects.get(objectId);
    if (!object) throw notFound(`no object ${objectId}`);
    return object;
  }

  async content(objectId: number): Promise<ObjectContent> {
    const known = this.#now.get(objectId);
    if (known) return known;
    const content = (await this.objects.get(objectId)?.content()) ?? noInstances;
    this.#before = withEntry(this.#before, objectId, content);
    this.#now = withEntry(this.#now, objectId, content);
    return content;
  }

  async set(objectId: number, content: ObjectContent): Promise<void> {
    await this.content(objectId);
    this.#now = withEntry(this.#now, objectId, content);
  }

  async setInstance(objectId: number, instanceId: number, content: InstanceContent): Promise<void> {
    await this.set(objectId, withEntry(await this.content(objectId), instanceId, content));
  }

  /** The given objects as they would be. */
  async snapshot(objectIds: readonly number[]): Promise<Configuration> {
    for (const id of objectIds) await this.content(id);
    return this.#now;
  }

  /** What it was, of the objects looked at so far. */
  get before(): Configuration {
    return this.#before;
  }

  get now(): Configuration {
    return this.#now;
  }

  /** What Bootstrap-Delete and a pack leave: the bootstrap account with its OSCORE instance, and the Device. */
  async isKept(objectId: number, instanceId: number): Promise<boolean> {
    if (objectId === DEVICE_OBJECT) return true;
    const securities = [...(await this.content(SECURITY_OBJECT))];
    const bootstraps = securities.filter(([, content]) => booleanOf(content, SecurityResource.bootstrap) === true);
    if (objectId === SECURITY_OBJECT) return bootstraps.some(([id]) => id === instanceId);
    return bootstraps.some(([, content]) => {
      const link = content.get(SecurityResource.oscore);
      if (link === undefined || !("type" in link) || link.type !== "objlnk") return false;
      return link.value.objectId === objectId && link.value.instanceId === instanceId;
    });
  }

  /** Checks every change, then makes them all; when one fails, those made are taken back and the error is thrown. */
  async commit(alsoDo: () => Promise<void> = async () => {}): Promise<void> {
    const changes: Change[] = [];
    for (const [id, after] of this.#now) {
      const before = this.#before.get(id) ?? noInstances;
      if (before !== after) changes.push(await this.object(id).prepare(before, after));
    }
    const begun: Change[] = [];
    try {
      for (const change of changes) {
        begun.unshift(change);
        await change.apply();
      }
      await alsoDo();
    } catch (error) {
      for (const change of begun) await change.undo();
      throw error;
    }
  }
}
