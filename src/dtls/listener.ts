import { toHex } from "../util/bytes.ts";
import type { DtlsEvent, NeedAnswer } from "./connection.ts";
import { DtlsError } from "./dtls-error.ts";
import { CookieMint } from "./listener-cookie.ts";
import { isFoundById, isSameClient, type ListenerEntry } from "./listener-entry.ts";
import { askForCookie, type InitialHello, readInitialHello } from "./listener-hello.ts";
import { ListenerTable } from "./listener-table.ts";
import { ContentType, decodeRecords } from "./record/record.ts";
import { DtlsServer, type DtlsServerConfig } from "./server.ts";
import { MemorySessionCache, type SessionCache } from "./session-cache.ts";
import type { DtlsPorts } from "./settings.ts";

export interface DtlsListenerConfig extends Omit<DtlsServerConfig, "sessions"> {
  /**
   * Connections kept at a time, half-open ones included; one more ends the one that was silent longest, one in its
   * handshake before any session. Default 1000.
   */
  readonly maxConnections?: number;
  /** Where sessions are kept that clients may resume. Default: a MemorySessionCache; `false`: nowhere. */
  readonly sessions?: SessionCache | false;
}

/**
 * The client's records come from another address now, and ours go there (RFC 9146 §6). That address has proven nothing
 * but that it passed on a new record: who is about to send it much should ask it something first (RFC 9175 §2).
 */
export interface PeerMoved {
  readonly type: "peerMoved";
  readonly from: string;
}

/** `connection` names one session for as long as it lives; `peer` is the address that it talks with. */
export interface ListenerEvent {
  readonly connection: number;
  readonly peer: string;
  readonly event: DtlsEvent | PeerMoved;
}

const defaultConnectionIdLength = 6;
/** Random IDs that are taken already, in a row: then the length is too small for so many clients. */
const maxConnectionIdDraws = 32;

/**
 * The server role for many clients, as a function of bytes and time like DtlsConnection: a cookie exchange that keeps
 * nothing for strangers (RFC 6347 §4.2.1), then one DtlsServer each, found by the Connection ID in its records
 * (RFC 9146), or else by the peer's address. A client that starts anew from the same address keeps its old session
 * until the new handshake is done (RFC 6347 §4.2.8).
 */
export class DtlsListener {
  readonly #config: DtlsServerConfig & { readonly connectionIdLength: number | false };
  readonly #maxConnections: number;
  readonly #ports: DtlsPorts;
  readonly #cookies: CookieMint;
  readonly #table = new ListenerTable();
  readonly #datagrams: { readonly peer: string; readonly datagram: Uint8Array }[] = [];
  readonly #events: ListenerEvent[] = [];
  #lastId = 0;

  /** Throws RangeError on a configuration that cannot work. */
  constructor(config: DtlsListenerConfig, ports: DtlsPorts) {
    const { maxConnections = 1000, sessions = new MemorySessionCache(), ...server } = config;
    const connectionIdLength = config.connectionIdLength ?? defaultConnectionIdLength;
    this.#config = { ...server, connectionIdLength, ...(sessions && { sessions }) };
    this.#maxConnections = maxConnections;
    this.#ports = ports;
    this.#cookies = new CookieMint(ports.entropy);
    new DtlsServer(this.#config, ports);
  }

  /** `peer`: the source address, in any form that is the same for the same source. */
  handleDatagram(peer: string, datagram: Uint8Array, now: number): void {
    const [first] = decodeRecords(datagram, this.#config.connectionIdLength || 0);
    if (first?.type === ContentType.tls12_cid) {
      const entry = first.connectionId && this.#table.byConnectionId(toHex(first.connectionId));
      if (entry) this.#give(entry, peer, datagram, now);
      return;
    }
    const initial = readInitialHello(datagram);
    const entries = this.#table.byPeer(peer);
    const known = initial && entries.find(({ helloRandom }) => helloRandom === toHex(initial.hello.random));
    if (initial && (!known || initial.hello.cookie.length === 0)) this.#greet(peer, initial, datagram, now);
    else for (const entry of known ? [known] : entries) this.#give(entry, peer, datagram, now);
  }

  handleTime(now: number): void {
    for (const entry of this.#table.all()) {
      const deadline = entry.server.nextDeadline();
      if (deadline === undefined || deadline > now) continue;
      entry.server.handleTime(now);
      this.#collect(entry, now);
    }
  }

  nextDatagram(): { readonly peer: string; readonly datagram: Uint8Array } | undefined {
    return this.#datagrams.shift();
  }

  nextDeadline(): number | undefined {
    let earliest: number | undefined;
    for (const { server } of this.#table.all()) {
      const deadline = server.nextDeadline();
      if (deadline !== undefined) earliest = Math.min(earliest ?? deadline, deadline);
    }
    return earliest;
  }

  nextEvent(): ListenerEvent | undefined {
    return this.#events.shift();
  }

  /** Answers a need of one connection; dropped when the connection is gone. */
  resume(connection: number, id: number, answer: NeedAnswer, now: number): void {
    this.#on(connection, now, (server) => server.resume(id, answer, now));
  }

  refuse(connection: number, id: number, error: Error, now: number): void {
    this.#on(connection, now, (server) => server.refuse(id, error, now));
  }

  /** Throws DtlsError "NOT_CONNECTED" when the session is not established. */
  send(connection: number, plaintext: Uint8Array, now: number): void {
    if (!this.#table.byNumber(connection)) {
      throw new DtlsError("NOT_CONNECTED", `connection ${connection} has ended`);
    }
    this.#on(connection, now, (server) => server.send(plaintext));
  }

  close(connection: number, now: number): void {
    this.#on(connection, now, (server) => server.close(now));
  }

  closeAll(now: number): void {
    for (const { id } of this.#table.all()) this.close(id, now);
  }

  #on(connection: number, now: number, action: (server: DtlsServer) => void): void {
    const entry = this.#table.byNumber(connection);
    if (!entry) return;
    action(entry.server);
    this.#collect(entry, now);
  }

  #give(entry: ListenerEntry, from: string, datagram: Uint8Array, now: number): void {
    entry.lastHeard = now;
    const newest = entry.server.newestSequence;
    entry.server.handleDatagram(datagram, now);
    // Authentic, and newer than all before it: an old record that somebody kept or delayed moves nothing.
    if (entry.server.newestSequence > newest) this.#follow(entry, from);
    this.#collect(entry, now);
  }

  #follow(entry: ListenerEntry, peer: string): void {
    const { peer: from, id: connection } = entry;
    if (peer === from || !isFoundById(entry)) return;
    this.#table.move(entry, peer);
    this.#events.push({ connection, peer, event: { type: "peerMoved", from } });
  }

  #greet(peer: string, initial: InitialHello, datagram: Uint8Array, now: number): void {
    if (!this.#cookies.verify(peer, initial.hello, now)) {
      const cookie = this.#cookies.make(peer, initial.hello, now);
      this.#datagrams.push({ peer, datagram: askForCookie(initial, cookie) });
      return;
    }
    for (const entry of this.#table.byPeer(peer)) if (!entry.session) this.close(entry.id, now);
    this.#makeRoom(now);
    this.#give(this.#accept(peer, initial, now), peer, datagram, now);
  }

  #accept(peer: string, { hello, recordSequence, messageSequence }: InitialHello, now: number): ListenerEntry {
    const connectionId = this.#mintConnectionId();
    const handover = { recordSequence, messageSequence, ...(connectionId && { connectionId }) };
    const entry = {
      id: ++this.#lastId,
      server: new DtlsServer(this.#config, this.#ports, handover),
      helloRandom: toHex(hello.random),
      connectionId: connectionId && toHex(connectionId),
      peer,
      lastHeard: now,
    };
    this.#table.add(entry);
    return entry;
  }

  /** Undefined: none to hand out. */
  #mintConnectionId(): Uint8Array | undefined {
    const { connectionIdLength } = this.#config;
    if (connectionIdLength === false) return undefined;
    for (let draw = 0; draw < maxConnectionIdDraws; draw++) {
      const connectionId = this.#ports.entropy.randomBytes(connectionIdLength);
      if (!this.#table.byConnectionId(toHex(connectionId))) return connectionId;
    }
    return undefined;
  }

  /** A stranger with many addresses can have many cookies: he must not put out those who have proven themselves. */
  #makeRoom(now: number): void {
    if (this.#table.size < this.#maxConnections) return;
    const established = ({ session }: ListenerEntry) => (session ? 1 : 0);
    const order = (a: ListenerEntry, b: ListenerEntry) => established(a) - established(b) || a.lastHeard - b.lastHeard;
    const [dispensable] = [...this.#table.all()].sort(order);
    if (dispensable) this.close(dispensable.id, now);
  }

  /** Takes what a connection wants sent and said. */
  #collect(entry: ListenerEntry, now: number): void {
    const { id, peer, server } = entry;
    for (let datagram = server.nextDatagram(); datagram; datagram = server.nextDatagram()) {
      this.#datagrams.push({ peer, datagram });
    }
    for (let event = server.nextEvent(); event; event = server.nextEvent()) {
      this.#events.push({ connection: id, peer, event });
      if (event.type === "closed") this.#table.remove(entry);
      if (event.type !== "connected") continue;
      entry.session = event.session;
      this.#replaceOlder(entry, now);
    }
  }

  /**
   * The new session is proven, so its client has given the older ones of that address up. One of another client with a
   * Connection ID stays: a NAT has given its address away, and it will come from another.
   */
  #replaceOlder(entry: ListenerEntry, now: number): void {
    for (const older of this.#table.byPeer(entry.peer)) {
      if (older === entry) continue;
      if (isFoundById(older) && !isSameClient(older.session, entry.session)) this.#table.detach(older);
      else this.close(older.id, now);
    }
  }
}
