import type { ListenerEntry } from "./listener-entry.ts";

/** A listener's clients and the ways to find one: by number, by Connection ID, by address. */
export class ListenerTable {
  readonly #byNumber = new Map<number, ListenerEntry>();
  readonly #byConnectionId = new Map<string, ListenerEntry>();
  readonly #byPeer = new Map<string, readonly ListenerEntry[]>();

  get size(): number {
    return this.#byNumber.size;
  }

  all(): readonly ListenerEntry[] {
    return [...this.#byNumber.values()];
  }

  byNumber(id: number): ListenerEntry | undefined {
    return this.#byNumber.get(id);
  }

  /** `connectionId`: in hexadecimal. */
  byConnectionId(connectionId: string): ListenerEntry | undefined {
    return this.#byConnectionId.get(connectionId);
  }

  /** The oldest first. */
  byPeer(peer: string): readonly ListenerEntry[] {
    return this.#byPeer.get(peer) ?? [];
  }

  add(entry: ListenerEntry): void {
    this.#byNumber.set(entry.id, entry);
    if (entry.connectionId) this.#byConnectionId.set(entry.connectionId, entry);
    this.#byPeer.set(entry.peer, [...this.byPeer(entry.peer), entry]);
  }

  remove(entry: ListenerEntry): void {
    this.#byNumber.delete(entry.id);
    if (entry.connectionId) this.#byConnectionId.delete(entry.connectionId);
    this.detach(entry);
  }

  move(entry: ListenerEntry, peer: string): void {
    this.detach(entry);
    entry.peer = peer;
    this.#byPeer.set(peer, [...this.byPeer(peer), entry]);
  }

  /** From now on the entry is not found by its address. */
  detach(entry: ListenerEntry): void {
    const rest = this.byPeer(entry.peer).filter((other) => other !== entry);
    if (rest.length > 0) this.#byPeer.set(entry.peer, rest);
    else this.#byPeer.delete(entry.peer);
  }
}
