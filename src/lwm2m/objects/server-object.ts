import { booleanValue, integerValue, stringValue, unsignedValue, type Value } from "../../formats/values.ts";
import type { Commit, InstanceWrite, LwM2mObject, ObjectChange } from "../data-model/object.ts";
import { badRequest, methodNotAllowed } from "../data-model/operation-error.ts";
import { isWritable, type ObjectDefinition } from "../model/object-definition.ts";
import type { ServerInstance, ServerSettings } from "./server-instance.ts";

const DISABLE = 4;
const REGISTRATION_UPDATE_TRIGGER = 8;
const BOOTSTRAP_REQUEST_TRIGGER = 9;

type SettingKey = keyof ServerSettings;

/** Resource ids of the settings that we have and obey; others of the registry are not offered. */
export const settingsById: ReadonlyMap<number, SettingKey> = new Map([
  [0, "shortServerId"],
  [1, "lifetime"],
  [2, "defaultMinimumPeriod"],
  [3, "defaultMaximumPeriod"],
  [5, "disableTimeout"],
  [6, "notificationStoring"],
  [7, "binding"],
  [11, "alertCode"],
  [13, "registrationPriority"],
  [14, "initialRegistrationDelay"],
  [15, "registrationFailureBlock"],
  [16, "bootstrapOnRegistrationFailure"],
  [17, "retryCount"],
  [18, "retryTimer"],
  [19, "sequenceDelay"],
  [20, "sequenceCount"],
  [21, "trigger"],
  [22, "preferredTransport"],
  [23, "muteSend"],
  [26, "defaultNotificationMode"],
]);

/** For Bootstrap-Request Trigger (/1/x/9). False: not now, or there is no bootstrap server. */
export type RequestBootstrap = (shortServerId: number) => Promise<boolean>;

/** The Server object (/1): reads and writes the settings of its instances, which the server accounts obey. */
export class ServerObject implements LwM2mObject {
  readonly definition: ObjectDefinition;
  readonly #requestBootstrap: RequestBootstrap | undefined;
  readonly #instances = new Map<number, { readonly server: ServerInstance; readonly unfollow: () => void }>();
  readonly #listeners = new Set<(change: ObjectChange) => void>();

  /** Without `requestBootstrap` the trigger for it is not offered. */
  constructor(
    definition: ObjectDefinition,
    instances: readonly ServerInstance[] = [],
    requestBootstrap?: RequestBootstrap,
  ) {
    this.definition = definition;
    this.#requestBootstrap = requestBootstrap;
    for (const instance of instances) this.add(instance);
  }

  /** In the place of one with the same id, where there is one. */
  add(server: ServerInstance): void {
    const { id } = server;
    this.#instances.get(id)?.unfollow();
    const unfollow = server.onChange((changed) => {
      for (const [resource, key] of settingsById) if (changed.has(key)) this.#announce({ instance: id, resource });
    });
    this.#instances.set(id, { server, unfollow });
    this.#announce({ instance: id });
  }

  remove(id: number): void {
    const found = this.#instances.get(id);
    if (!found) return;
    found.unfollow();
    this.#instances.delete(id);
    this.#announce({ instance: id });
  }

  get(id: number): ServerInstance | undefined {
    return this.#instances.get(id)?.server;
  }

  instances(): readonly number[] {
    return [...this.#instances.keys()].sort((a, b) => a - b);
  }

  resources(): readonly number[] {
    const bootstrap = this.#requestBootstrap ? [BOOTSTRAP_REQUEST_TRIGGER] : [];
    const ids = [...settingsById.keys(), DISABLE, REGISTRATION_UPDATE_TRIGGER, ...bootstrap];
    const isReachable = (id: number) => (this.definition.resources.get(id)?.operations ?? "none") !== "none";
    return ids.filter(isReachable).sort((a, b) => a - b);
  }

  read(instance: number, resource: number): Value | undefined {
    const key = settingsById.get(resource);
    const setting = key && this.get(instance)?.settings[key];
    if (setting === undefined) return undefined;
    if (typeof setting === "string") return stringValue(setting);
    if (typeof setting === "boolean") return booleanValue(setting);
    const isUnsigned = this.definition.resources.get(resource)?.type === "unsigned";
    return isUnsigned ? unsignedValue(setting) : integerValue(setting);
  }

  prepareWrite(instance: number, write: InstanceWrite): Commit {
    const server = this.get(instance);
    if (!server) throw badRequest(`no server instance ${instance}`);
    const settings = changedSettings(this.definition, server.settings, write);
    checkSettings(settings);
    return () => server.replace(settings);
  }

  async execute(instance: number, resource: number): Promise<void> {
    const server = this.get(instance);
    if (resource === BOOTSTRAP_REQUEST_TRIGGER) return this.#bootstrap(server?.settings.shortServerId ?? 0);
    if (!server?.triggers) throw methodNotAllowed(`server instance ${instance} is not in use`);
    if (resource === DISABLE) server.triggers.disable();
    else server.triggers.updateRegistration();
  }

  onChange(listener: (change: ObjectChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #bootstrap(shortServerId: number): Promise<void> {
    if (await this.#requestBootstrap?.(shortServerId)) return;
    throw methodNotAllowed("there is no bootstrap server to ask, or it is being asked");
  }

  #announce(change: ObjectChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

type MutableSettings = { -readonly [K in SettingKey]?: ServerSettings[K] };

function changedSettings(definition: ObjectDefinition, before: ServerSettings, write: InstanceWrite): ServerSettings {
  const after: MutableSettings = { ...before };
  if (write.replace) for (const key of droppedByReplace(definition)) delete after[key];
  for (const [id, value] of write.resources) setSetting(after, id, value);
  const { shortServerId, lifetime, notificationStoring, binding } = { ...before, ...after };
  return { ...after, shortServerId, lifetime, notificationStoring, binding };
}

/** Write (replace) drops what is optional and not listed; what a server cannot write stays. */
function droppedByReplace({ resources }: ObjectDefinition): SettingKey[] {
  return [...settingsById].flatMap(([id, key]) => {
    const resource = resources.get(id);
    return resource && isWritable(resource) && !resource.mandatory ? [key] : [];
  });
}

export function setSetting(settings: MutableSettings, id: number, value: unknown): void {
  const key = settingsById.get(id);
  const plain = plainValue(value);
  if (isTextKey(key) && typeof plain === "string") settings[key] = plain;
  else if (isFlagKey(key) && typeof plain === "boolean") settings[key] = plain;
  else if (isNumberKey(key) && typeof plain === "number") settings[key] = plain;
  else throw badRequest(`server resource ${id} cannot take this value`);
}

type KeyOf<T> = { [K in SettingKey]-?: NonNullable<ServerSettings[K]> extends T ? K : never }[SettingKey];

const textKeys: readonly string[] = ["binding", "preferredTransport"] satisfies KeyOf<string>[];
const flagKeys: readonly string[] = [
  "notificationStoring",
  "muteSend",
  "registrationFailureBlock",
  "bootstrapOnRegistrationFailure",
  "trigger",
] satisfies KeyOf<boolean>[];

function isTextKey(key: SettingKey | undefined): key is KeyOf<string> {
  return key !== undefined && textKeys.includes(key);
}

function isFlagKey(key: SettingKey | undefined): key is KeyOf<boolean> {
  return key !== undefined && flagKeys.includes(key);
}

/** The Short Server ID is not writable at all. */
function isNumberKey(key: SettingKey | undefined): key is Exclude<KeyOf<number>, "shortServerId"> {
  return key !== undefined && !isTextKey(key) && !isFlagKey(key) && key !== "shortServerId";
}

function plainValue(value: unknown): unknown {
  const content = typeof value === "object" && value !== null && "value" in value ? value.value : undefined;
  return typeof content === "bigint" ? Number(content) : content;
}

/** Seconds up to 2^32 keep every timer exact; a binding is a set of the letters of OMA LwM2M Core 1.2 §6.2.1.2. */
function checkSettings(settings: ServerSettings): void {
  const numbers = Object.values(settings).filter((value) => typeof value === "number");
  if (!numbers.every((value) => value >= 0 && value <= 0xffff_ffff)) throw badRequest("a number is out of range");
  const isSet = new Set(settings.binding).size === settings.binding.length;
  if (!/^[UTSNMHQ]{1,7}$/.test(settings.binding) || !isSet) throw badRequest("not a binding");
  if (!/^[UTSNMH]$/.test(settings.preferredTransport ?? "U")) throw badRequest("not one transport letter");
}
