import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { addressText, type DatagramPath, type PeerAddress } from "../util/network.ts";

/** Enough for a sandbox; datagrams of further peers are dropped. */
const mostPeers = 256;

/** One UDP socket shared by many peers: each gets a path of its own. */
export class UdpListener {
  readonly address: PeerAddress;
  readonly #socket: Socket;
  readonly #peers = new Map<string, PeerPath>();

  private constructor(socket: Socket, address: PeerAddress) {
    this.#socket = socket;
    this.address = address;
    socket.on("error", () => {});
  }

  /** Port 0: the system chooses. Rejects when the address cannot be bound. */
  static async bind(host: string, port: number): Promise<UdpListener> {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.bind(port, host);
    await once(socket, "listening");
    const bound = socket.address();
    return new UdpListener(socket, { host: bound.address, port: bound.port, family: host.includes(":") ? 6 : 4 });
  }

  /** `accept` is called with the path of each new peer, before its first datagram is delivered. */
  onPeer(accept: (path: DatagramPath) => void): void {
    this.#socket.on("message", (datagram, from) => this.#pathOf(from, accept)?.deliver(datagram));
  }

  async close(): Promise<void> {
    this.#peers.clear();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #pathOf(from: RemoteInfo, accept: (path: DatagramPath) => void): PeerPath | undefined {
    const peer: PeerAddress = { host: from.address, port: from.port, family: from.family === "IPv6" ? 6 : 4 };
    const key = addressText(peer);
    const known = this.#peers.get(key);
    if (known || this.#peers.size >= mostPeers) return known;
    const path = new PeerPath(this.#socket, peer, () => this.#peers.delete(key));
    this.#peers.set(key, path);
    accept(path);
    return path;
  }
}

class PeerPath implements DatagramPath {
  readonly peer: PeerAddress;
  readonly #socket: Socket;
  readonly #onClose: () => void;
  #listener: (datagram: Uint8Array) => void = () => {};
  #closed = false;

  constructor(socket: Socket, peer: PeerAddress, onClose: () => void) {
    this.#socket = socket;
    this.peer = peer;
    this.#onClose = onClose;
  }

  send(datagram: Uint8Array): void {
    if (!this.#closed) this.#socket.send(datagram, this.peer.port, this.peer.host, () => {});
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#listener = listener;
  }

  /** ICMP errors reach an unconnected socket without their peer. */
  onHint(): void {}

  deliver(datagram: Uint8Array): void {
    if (!this.#closed) this.#listener(datagram);
  }

  close(): void {
    this.#closed = true;
    this.#onClose();
  }
}
