import type { PeersSocket } from "../../src/sandbox/server-socket.ts";
import { addressText, type DatagramPath, type Network, type PeerAddress } from "../../src/util/network.ts";
import type { Timers } from "../../src/util/time.ts";

const onewayMs = 1;
const firstPort = 40_000;

type Serve = (from: PeerAddress, datagram: Uint8Array) => void;

/** A network of servers and their clients, in memory and on injected time. Every opened path has a port of its own. */
export class MemoryNetwork implements Network {
  /** The end of the server at every port that has none of its own. */
  readonly socket: PeersSocket;
  readonly #timers: Timers;
  readonly #paths = new Map<string, MemoryPath>();
  readonly #listeners = new Set<(has: (localAddress: string) => boolean) => void>();
  #nextPort = firstPort;
  #ours = "127.0.0.1";
  readonly #servers = new Map<number, Serve>();
  #serve: Serve = () => {};

  constructor(timers: Timers) {
    this.#timers = timers;
    this.socket = this.#socket((serve) => {
      this.#serve = serve;
    });
  }

  /** The end of a server at a port. */
  socketAt(port: number): PeersSocket {
    return this.#socket((serve) => void this.#servers.set(port, serve));
  }

  /** Paths that nobody has closed yet. */
  get openPaths(): number {
    return this.#paths.size;
  }

  async resolve(host: string, port: number): Promise<readonly PeerAddress[]> {
    return [{ host, port, family: 4 }];
  }

  async open(peer: PeerAddress): Promise<DatagramPath> {
    const local: PeerAddress = { host: this.#ours, port: this.#nextPort++, family: 4 };
    const path = new MemoryPath(
      peer,
      local.host,
      (datagram) => this.#later(() => (this.#servers.get(peer.port) ?? this.#serve)(local, datagram)),
      () => this.#paths.delete(addressText(local)),
    );
    this.#paths.set(addressText(local), path);
    return path;
  }

  onChange(listener: (has: (localAddress: string) => boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The address of every path so far is gone: nothing comes or goes over them any more. */
  moveTo(address: string): void {
    this.#ours = address;
    for (const path of this.#paths.values()) path.cut();
    for (const listener of [...this.#listeners]) listener((each) => each === address);
  }

  #socket(onDatagram: (serve: Serve) => void): PeersSocket {
    const send = (to: PeerAddress, datagram: Uint8Array): void =>
      this.#later(() => this.#paths.get(addressText(to))?.receive(datagram));
    return { onDatagram, send };
  }

  #later(deliver: () => void): void {
    this.#timers.schedule(onewayMs, deliver);
  }
}

class MemoryPath implements DatagramPath {
  readonly peer: PeerAddress;
  readonly #transmit: (datagram: Uint8Array) => void;
  readonly #onClose: () => void;
  readonly localAddress: string;
  #isCut = false;
  #listener: (datagram: Uint8Array) => void = () => {};

  constructor(peer: PeerAddress, localAddress: string, transmit: (datagram: Uint8Array) => void, onClose: () => void) {
    this.peer = peer;
    this.localAddress = localAddress;
    this.#transmit = transmit;
    this.#onClose = onClose;
  }

  send(datagram: Uint8Array): void {
    if (!this.#isCut) this.#transmit(datagram);
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#listener = listener;
  }

  /** This network has no ICMP. */
  onHint(): void {}

  receive(datagram: Uint8Array): void {
    if (!this.#isCut) this.#listener(datagram);
  }

  cut(): void {
    this.#isCut = true;
  }

  close(): void {
    this.#onClose();
  }
}
