import { ACCESS_CONTROL_OBJECT, SECURITY_OBJECT, SERVER_OBJECT } from "../../lwm2m/bootstrap/accounts.ts";
import { type ConfigurableObjects, configurableObjects } from "../../lwm2m/bootstrap/configurable-object.ts";
import { type Configuration, noInstances, type ObjectContent, withEntry } from "../../lwm2m/bootstrap/configuration.ts";
import { ModelObject } from "../../lwm2m/bootstrap/model-object.ts";
import { StoredObject } from "../../lwm2m/bootstrap/stored-object.ts";
import { DataModel } from "../../lwm2m/data-model/data-model.ts";
import type { LwM2mObject } from "../../lwm2m/data-model/object.ts";
import type { ObjectRegistry } from "../../lwm2m/model/object-registry.ts";
import { AccessControlObject } from "../../lwm2m/objects/access-control-object.ts";
import { SecurityObject } from "../../lwm2m/objects/security-object.ts";
import { readServerSettings, updatedServerContent } from "../../lwm2m/objects/server-content.ts";
import { ServerInstance } from "../../lwm2m/objects/server-instance.ts";
import { type RequestBootstrap, ServerObject } from "../../lwm2m/objects/server-object.ts";

export interface AccountObjectsOptions {
  readonly definitions: ObjectRegistry;
  /** Every object but 0, 1 and 2. */
  readonly others: readonly LwM2mObject[];
  /** Short Server IDs of the accounts in use. */
  servers(): readonly number[];
  /** Rights of every server to what no access control instance is about: a sum of `accessRightBits`. */
  unlistedRights(): number;
  readonly requestBootstrap: RequestBootstrap;
  /** A server changed one of the stored objects. */
  onChange(): void;
}

/**
 * The account objects, twice: as bootstrap stores them (0, 1 and 2 whole, keys included) and as servers meet them. What
 * bootstrap sets shows at once, and what servers write goes back into what is stored.
 */
export class AccountObjects {
  readonly model: DataModel;
  /** What bootstrap reaches. */
  readonly configurable: ConfigurableObjects;
  readonly access: AccessControlObject;
  readonly #options: AccountObjectsOptions;
  readonly #security: SecurityObject;
  readonly #server: ServerObject;
  readonly #stored: ReadonlyMap<number, StoredObject>;
  /** True while bootstrap sets content: then changes of the live objects are no news. */
  #loading = false;

  constructor(options: AccountObjectsOptions) {
    const { definitions, others, servers, unlistedRights, requestBootstrap } = options;
    this.#options = options;
    const stored = [SECURITY_OBJECT, SERVER_OBJECT, ACCESS_CONTROL_OBJECT].map(
      (id) => new StoredObject(definitions.get(id)),
    );
    this.#stored = new Map(stored.map((object) => [object.definition.id, object]));
    this.#security = new SecurityObject(definitions.get(SECURITY_OBJECT));
    this.#server = new ServerObject(definitions.get(SERVER_OBJECT), [], requestBootstrap);
    this.access = new AccessControlObject(definitions.get(ACCESS_CONTROL_OBJECT), servers, unlistedRights);
    this.model = new DataModel([this.#security, this.#server, this.access, ...others]);
    this.configurable = configurableObjects([...stored, ...others.map((object) => new ModelObject(object))]);
    this.access.follow(this.model);
    this.#join();
  }

  /** Undefined when there is no such instance (/1). */
  server(instance: number): ServerInstance | undefined {
    return this.#server.get(instance);
  }

  /** Takes over what was saved. */
  load(configuration: Configuration): void {
    for (const [id, object] of this.#stored) object.replace(configuration.get(id) ?? noInstances);
  }

  #join(): void {
    const setters = new Map([
      [SECURITY_OBJECT, (content: ObjectContent) => this.#security.setInstances(content.keys())],
      [SERVER_OBJECT, (content: ObjectContent) => this.#loadServers(content)],
      [ACCESS_CONTROL_OBJECT, (content: ObjectContent) => this.access.load(content)],
    ]);
    for (const [id, object] of this.#stored) {
      object.onReplaced((content) => this.#quietly(() => setters.get(id)?.(content)));
    }
    this.#server.onChange(({ instance }) => this.#serverChanged(instance));
    this.access.onChange(() => this.#changed(ACCESS_CONTROL_OBJECT, () => this.access.content));
  }

  #loadServers(content: ObjectContent): void {
    for (const id of this.#server.instances()) if (!content.has(id)) this.#server.remove(id);
    for (const [id, values] of content) {
      const settings = readServerSettings(values);
      const known = this.#server.get(id);
      // Another server's instance under the same id is another instance.
      if (known?.settings.shortServerId === settings.shortServerId) known.replace(settings);
      else this.#server.add(new ServerInstance(id, settings));
    }
  }

  #serverChanged(instance: number): void {
    this.#changed(SERVER_OBJECT, (content) => {
      const values = content.get(instance);
      return values ? withEntry(content, instance, updatedServerContent(values, this.#server, instance)) : content;
    });
  }

  #changed(objectId: number, change: (content: ObjectContent) => ObjectContent): void {
    const object = this.#stored.get(objectId);
    if (this.#loading || !object) return;
    const content = change(object.content());
    this.#quietly(() => object.replace(content));
    this.#options.onChange();
  }

  #quietly(action: () => void): void {
    const before = this.#loading;
    this.#loading = true;
    try {
      action();
    } finally {
      this.#loading = before;
    }
  }
}
