import { toHex } from "../util/bytes.ts";
import type { DtlsEvent, NeedAnswer } from "./connection.ts";
import { DtlsError } from "./dtls-error.ts";
import { CookieMint } from "./listener-cookie.ts";
import { askForCookie, type InitialHello, readInitialHello } from "./listener-hello.ts";
import { DtlsServer, type DtlsServerConfig } from "./server.ts";
import type { DtlsPorts } from "./settings.ts";

export interface DtlsListenerConfig extends DtlsServerConfig {
  /**
   * Connections kept at a time, half-open ones included; one more ends the one that was silent longest, one in its
   * handshake before any session. Default 1000.
   */
  readonly maxConnections?: number;
}

/** `connection` names one session for as long as it lives; `peer` is the address that it talks with. */
export interface ListenerEvent {
  readonly connection: number;
  readonly peer: string;
  readonly event: DtlsEvent;
}

interface Entry {
  readonly id: number;
  readonly peer: string;
  readonly server: DtlsServer;
  /** Tells a repeated ClientHello from a new one. */
  readonly helloRandom: string;
  established: boolean;
  lastHeard: number;
}

/**
 * The server role for many clients, as a function of bytes and time like DtlsConnection: a cookie exchange that keeps
 * nothing for strangers (RFC 6347 §4.2.1), then one DtlsServer each, found by the peer's address. A client that starts
 * anew from the same address keeps its old session until the new handshake is done (§4.2.8). Finding a session by its
 * Connection ID (RFC 9146) will belong here.
 */
export class DtlsListener {
  readonly #config: DtlsListenerConfig;
  readonly #ports: DtlsPorts;
  readonly #cookies: CookieMint;
  readonly #entries = new Map<number, Entry>();
  /** At most one established and one in its handshake. */
  readonly #byPeer = new Map<string, Entry[]>();
  readonly #datagrams: { readonly peer: string; readonly datagram: Uint8Array }[] = [];
  readonly #events: ListenerEvent[] = [];
  #lastId = 0;

  /** Throws RangeError on a configuration that cannot work. */
  constructor(config: DtlsListenerConfig, ports: DtlsPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#cookies = new CookieMint(ports.entropy);
    new DtlsServer(config, ports);
  }

  /** `peer`: the source address, in any form that is the same for the same source. */
  handleDatagram(peer: string, datagram: Uint8Array, now: number): void {
    const initial = readInitialHello(datagram);
    const entries = this.#byPeer.get(peer) ?? [];
    const known = initial && entries.find(({ helloRandom }) => helloRandom === toHex(initial.hello.random));
    if (initial && (!known || initial.hello.cookie.length === 0)) this.#greet(peer, initial, datagram, now);
    else for (const entry of known ? [known] : [...entries]) this.#give(entry, datagram, now);
  }

  handleTime(now: number): void {
    for (const entry of [...this.#entries.values()]) {
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
    for (const { server } of this.#entries.values()) {
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
    if (!this.#entries.has(connection)) throw new DtlsError("NOT_CONNECTED", `connection ${connection} has ended`);
    this.#on(connection, now, (server) => server.send(plaintext));
  }

  close(connection: number, now: number): void {
    this.#on(connection, now, (server) => server.close(now));
  }

  closeAll(now: number): void {
    for (const id of [...this.#entries.keys()]) this.close(id, now);
  }

  #on(connection: number, now: number, action: (server: DtlsServer) => void): void {
    const entry = this.#entries.get(connection);
    if (!entry) return;
    action(entry.server);
    this.#collect(entry, now);
  }

  #give(entry: Entry, datagram: Uint8Array, now: number): void {
    entry.lastHeard = now;
    entry.server.handleDatagram(datagram, now);
    this.#collect(entry, now);
  }

  #greet(peer: string, initial: InitialHello, datagram: Uint8Array, now: number): void {
    if (!this.#cookies.verify(peer, initial.hello, now)) {
      const cookie = this.#cookies.make(peer, initial.hello, now);
      this.#datagrams.push({ peer, datagram: askForCookie(initial, cookie) });
      return;
    }
    for (const entry of [...(this.#byPeer.get(peer) ?? [])]) {
      if (!entry.established) this.close(entry.id, now);
    }
    this.#makeRoom(now);
    this.#give(this.#accept(peer, initial, now), datagram, now);
  }

  #accept(peer: string, { hello, recordSequence, messageSequence }: InitialHello, now: number): Entry {
    const server = new DtlsServer(this.#config, this.#ports, { recordSequence, messageSequence });
    const helloRandom = toHex(hello.random);
    const entry = { id: ++this.#lastId, peer, server, helloRandom, established: false, lastHeard: now };
    this.#entries.set(entry.id, entry);
    this.#byPeer.set(peer, [...(this.#byPeer.get(peer) ?? []), entry]);
    return entry;
  }

  /** A stranger with many addresses can have many cookies: he must not put out those who have proven themselves. */
  #makeRoom(now: number): void {
    if (this.#entries.size < (this.#config.maxConnections ?? 1000)) return;
    const order = (a: Entry, b: Entry) => Number(a.established) - Number(b.established) || a.lastHeard - b.lastHeard;
    const [dispensable] = [...this.#entries.values()].sort(order);
    if (dispensable) this.close(dispensable.id, now);
  }

  /** Takes what a connection wants sent and said. */
  #collect(entry: Entry, now: number): void {
    const { id, peer, server } = entry;
    for (let datagram = server.nextDatagram(); datagram; datagram = server.nextDatagram()) {
      this.#datagrams.push({ peer, datagram });
    }
    for (let event = server.nextEvent(); event; event = server.nextEvent()) {
      this.#events.push({ connection: id, peer, event });
      if (event.type === "closed") this.#forget(entry);
      if (event.type !== "connected") continue;
      entry.established = true;
      this.#replaceOlder(entry, now);
    }
  }

  /** The new session is proven, so the client has given the old one up. */
  #replaceOlder(entry: Entry, now: number): void {
    for (const older of [...(this.#byPeer.get(entry.peer) ?? [])]) if (older !== entry) this.close(older.id, now);
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.id);
    const rest = (this.#byPeer.get(entry.peer) ?? []).filter((other) => other !== entry);
    if (rest.length > 0) this.#byPeer.set(entry.peer, rest);
    else this.#byPeer.delete(entry.peer);
  }
}
