import { MAX_ID } from "../../formats/path.ts";
import { integerValue, type Value } from "../../formats/values.ts";
import type { AccessControl, AccessRight } from "../data-model/access-control.ts";
import type { DataModel, DataModelChange } from "../data-model/data-model.ts";
import { isMultiple, type ResourceValue } from "../data-model/object.ts";
import { badRequest } from "../data-model/operation-error.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import { type ResourceTable, TableObject } from "./table-object.ts";

/** One instance of the Access Control object: who may do what with its target. */
export interface AccessControlEntry {
  readonly objectId: number;
  /** 65535: rights to create instances of the object. */
  readonly instanceId: number;
  /** A short server id, or 65535 for the bootstrap server. */
  readonly owner: number;
  /** Sums of `accessRightBits` by short server id; 0 stands for every server without an entry of its own. */
  readonly acl: ReadonlyMap<number, number>;
}

/** OMA LwM2M Core 1.2 §8.2. */
export const accessRightBits: Readonly<Record<AccessRight, number>> = {
  read: 1,
  write: 2,
  execute: 4,
  delete: 8,
  create: 16,
};

const ACCESS_CONTROL = 2;
const DEFAULT = 0;
const ALL_BUT_CREATE = 15;

/**
 * The Access Control object (/2) and what it decides. It counts only while there are several server accounts (OMA
 * LwM2M Core 1.2 §8.1); an instance that no entry is about is then closed to all of them, unless the device says else.
 */
export class AccessControlObject extends TableObject implements AccessControl {
  readonly #entries = new Map<number, AccessControlEntry>();
  readonly #servers: () => readonly number[];
  readonly #unlistedRights: () => number;

  /**
   * `servers` gives the short server ids of the accounts there are now, `unlistedRights` the rights to what no entry is
   * about: none when absent.
   */
  constructor(definition: ObjectDefinition, servers: () => readonly number[], unlistedRights: () => number = () => 0) {
    super(definition);
    this.#servers = servers;
    this.#unlistedRights = unlistedRights;
  }

  /** By instance id, ascending. */
  get entries(): ReadonlyMap<number, AccessControlEntry> {
    return new Map([...this.#entries].sort(([a], [b]) => a - b));
  }

  /** All instances as resource values, for storing. */
  get content(): ReadonlyMap<number, ReadonlyMap<number, ResourceValue>> {
    return new Map([...this.entries].map(([id, entry]) => [id, entryContent(entry)]));
  }

  /** Takes over stored instances; announces only what differs. Throws OperationError 4.00 for what is no entry. */
  load(content: ReadonlyMap<number, ReadonlyMap<number, ResourceValue>>): void {
    const entries = new Map([...content].map(([id, values]) => [id, readEntry(values)]));
    for (const id of this.entries.keys()) if (!entries.has(id)) this.remove(id);
    for (const [id, entry] of entries) this.set(id, entry);
  }

  /** Adds or replaces an instance: what the bootstrap server and the configuration do. */
  set(id: number, entry: AccessControlEntry): void {
    const before = this.#entries.get(id);
    if (before && isSameEntry(before, entry)) return;
    this.#entries.set(id, entry);
    if (!before) this.setInstance(id, this.#table(id));
    else for (const resource of [0, 1, 2, 3]) this.announce({ instance: id, resource });
  }

  /** Adds an instance with the lowest free id, which it returns. */
  add(entry: AccessControlEntry): number {
    const id = Array.from({ length: this.#entries.size + 1 }, (_, i) => i).find((i) => !this.#entries.has(i)) ?? 0;
    this.set(id, entry);
    return id;
  }

  remove(id: number): void {
    if (this.#entries.delete(id)) this.removeInstance(id);
  }

  allows(shortServerId: number, right: AccessRight, objectId: number, instanceId: number | undefined): boolean {
    if (this.#servers().length <= 1) return true;
    if (objectId === ACCESS_CONTROL) return this.#allowsOwn(shortServerId, right, instanceId);
    const target = right === "create" ? MAX_ID : (instanceId ?? MAX_ID);
    const [, entry] = this.#find(objectId, target) ?? [];
    if (!entry) return (this.#unlistedRights() & accessRightBits[right]) !== 0;
    // The default entry is about an instance; the right to create is given to a server by name.
    const mask = right === "create" ? (entry.acl.get(shortServerId) ?? 0) : rightsOf(entry, shortServerId);
    return (mask & accessRightBits[right]) !== 0;
  }

  /** The creator owns what it created (OMA LwM2M Core 1.2 §8.2.2). */
  created(shortServerId: number, objectId: number, instanceId: number): void {
    const [id] = this.#find(objectId, instanceId) ?? [];
    if (id !== undefined) this.remove(id);
    this.add({ objectId, instanceId, owner: shortServerId, acl: new Map() });
  }

  /** Lets entries go with the instances that they are about, however these went. Returns how to stop. */
  follow(model: DataModel): () => void {
    return model.onChange((change) => this.#followChange(model, change));
  }

  /**
   * A server account is gone. Its entries go; what it owned goes to the server that may write and delete most, and what
   * it alone could reach is deleted where the object lets instances be deleted (OMA LwM2M Transport 1.2 §5.2.5).
   */
  async serverRemoved(shortServerId: number, model: DataModel): Promise<void> {
    for (const [id, entry] of this.entries) {
      const acl = new Map([...entry.acl].filter(([server]) => server !== shortServerId));
      const isOwner = entry.owner === shortServerId;
      if (isOwner && entry.instanceId !== MAX_ID && !this.#isReachable(acl, shortServerId)) {
        await this.#deleteTarget(id, { ...entry, acl }, model);
      } else if (isOwner || acl.size < entry.acl.size) {
        this.set(id, { ...entry, acl, owner: isOwner ? this.#heir(acl, shortServerId) : entry.owner });
      }
    }
  }

  #allowsOwn(shortServerId: number, right: AccessRight, instance = MAX_ID): boolean {
    if (right === "read") return true;
    return right === "write" && this.#entries.get(instance)?.owner === shortServerId;
  }

  #find(objectId: number, instanceId: number): readonly [number, AccessControlEntry] | undefined {
    return [...this.#entries].find(([, entry]) => entry.objectId === objectId && entry.instanceId === instanceId);
  }

  #others(shortServerId: number): number[] {
    return this.#servers().filter((server) => server !== shortServerId);
  }

  #isReachable(acl: ReadonlyMap<number, number>, gone: number): boolean {
    const masks = this.#others(gone).map((server) => acl.get(server) ?? acl.get(DEFAULT) ?? 0);
    return masks.some((mask) => mask !== 0);
  }

  /** The most of Write (counted 1) and Delete (counted 1); the lowest short server id among equals. */
  #heir(acl: ReadonlyMap<number, number>, gone: number): number {
    const weight = (server: number): number => {
      const mask = acl.get(server) ?? acl.get(DEFAULT) ?? 0;
      return Number((mask & accessRightBits.write) !== 0) + Number((mask & accessRightBits.delete) !== 0);
    };
    const [heir = MAX_ID] = this.#others(gone).sort((a, b) => weight(b) - weight(a) || a - b);
    return heir;
  }

  async #deleteTarget(id: number, entry: AccessControlEntry, model: DataModel): Promise<void> {
    const object = model.object(entry.objectId);
    if (object?.instances().includes(entry.instanceId)) {
      if (!object.delete) {
        // It cannot go: a bootstrap server has to say whose it shall be.
        this.set(id, { ...entry, owner: MAX_ID });
        return;
      }
      await object.delete(entry.instanceId);
    }
    this.remove(id);
  }

  #followChange(model: DataModel, { path: [objectId = -1, instance], structure }: DataModelChange): void {
    if (!structure) return;
    for (const [id, entry] of this.entries) {
      if (entry.objectId !== objectId || (instance !== undefined && entry.instanceId !== instance)) continue;
      const isThere =
        entry.instanceId === MAX_ID ? model.object(objectId) : model.hasInstance(objectId, entry.instanceId);
      if (!isThere) this.remove(id);
    }
  }

  #table(id: number): ResourceTable {
    const whole = (pick: (entry: AccessControlEntry) => number) => () => {
      const entry = this.#entries.get(id);
      return entry && integerValue(pick(entry));
    };
    const change = (part: Partial<AccessControlEntry>) => () => {
      const entry = this.#entries.get(id);
      if (entry) this.#entries.set(id, { ...entry, ...part });
    };
    return new Map([
      [0, { read: whole(({ objectId }) => objectId) }],
      [1, { read: whole(({ instanceId }) => instanceId) }],
      [
        2,
        {
          read: () => aclValue(this.#entries.get(id)?.acl ?? new Map()),
          write: (value: ResourceValue) => change({ acl: readAcl(value) }),
          clear: change({ acl: new Map() }),
        },
      ],
      [
        3,
        {
          read: whole(({ owner }) => owner),
          write: (value: ResourceValue) => change({ owner: wholeNumber(value) }),
        },
      ],
    ]);
  }
}

function rightsOf({ acl, owner }: AccessControlEntry, shortServerId: number): number {
  return acl.get(shortServerId) ?? (owner === shortServerId ? ALL_BUT_CREATE : (acl.get(DEFAULT) ?? 0));
}

function entryContent({ objectId, instanceId, owner, acl }: AccessControlEntry): ReadonlyMap<number, ResourceValue> {
  return new Map<number, ResourceValue>([
    [0, integerValue(objectId)],
    [1, integerValue(instanceId)],
    [2, aclValue(acl)],
    [3, integerValue(owner)],
  ]);
}

function readEntry(values: ReadonlyMap<number, ResourceValue>): AccessControlEntry {
  const whole = (id: number): number => wholeNumber(values.get(id) ?? new Map());
  return { objectId: whole(0), instanceId: whole(1), owner: whole(3), acl: readAcl(values.get(2) ?? new Map()) };
}

function isSameEntry(a: AccessControlEntry, b: AccessControlEntry): boolean {
  const sameTarget = a.objectId === b.objectId && a.instanceId === b.instanceId && a.owner === b.owner;
  return sameTarget && a.acl.size === b.acl.size && [...a.acl].every(([server, mask]) => b.acl.get(server) === mask);
}

function aclValue(acl: ReadonlyMap<number, number>): ReadonlyMap<number, Value> {
  return new Map([...acl].map(([server, mask]) => [server, integerValue(mask)]));
}

function readAcl(value: ResourceValue): ReadonlyMap<number, number> {
  if (!isMultiple(value)) throw badRequest("an access control list is multiple");
  return new Map([...value].map(([server, mask]) => [server, wholeNumber(mask)]));
}

function wholeNumber(value: ResourceValue): number {
  if (isMultiple(value) || value.type !== "integer") throw badRequest("an integer expected");
  return Number(value.value);
}
