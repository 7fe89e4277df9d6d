import type { ClosableTransport } from "../association/coap-association.ts";
import { PathTransport } from "../association/path-transport.ts";
import { addressText, type DatagramPath, type PeerAddress } from "../util/network.ts";
import type { ServerSocket } from "./server-socket.ts";

/** Called with the transport of each new peer, before its first datagram is delivered. */
export type AcceptPeer = (transport: ClosableTransport, peer: string) => void;

/** Enough for a sandbox; datagrams of further peers are dropped. */
const mostPeers = 256;

/** Shares a socket between plain peers, told apart by their address. */
export function acceptPlainPeers(socket: ServerSocket, accept: AcceptPeer): void {
  const peers = new Map<string, PeerPath>();
  socket.onDatagram((from, datagram) => {
    const key = addressText(from);
    const known = peers.get(key);
    if (known) return known.deliver(datagram);
    if (peers.size >= mostPeers) return;
    const path = new PeerPath(socket, from, () => peers.delete(key));
    peers.set(key, path);
    accept(new PathTransport(path), key);
    path.deliver(datagram);
  });
}

class PeerPath implements DatagramPath {
  readonly peer: PeerAddress;
  readonly #socket: ServerSocket;
  readonly #onClose: () => void;
  #listener: (datagram: Uint8Array) => void = () => {};
  #closed = false;

  constructor(socket: ServerSocket, peer: PeerAddress, onClose: () => void) {
    this.#socket = socket;
    this.peer = peer;
    this.#onClose = onClose;
  }

  send(datagram: Uint8Array): void {
    if (!this.#closed) this.#socket.send(this.peer, datagram);
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
