import type { DatagramPath, PeerAddress } from "../util/network.ts";

/** A path that can be replaced by another to the same peer, unnoticed by whoever uses it. */
export class MovablePath implements DatagramPath {
  #path: DatagramPath;
  #closed = false;
  #datagram: (datagram: Uint8Array) => void = () => {};
  #hint: (hint: Error) => void = () => {};

  constructor(path: DatagramPath) {
    this.#path = path;
    this.#listenTo(path);
  }

  get peer(): PeerAddress {
    return this.#path.peer;
  }

  get localAddress(): string | undefined {
    return this.#path.localAddress;
  }

  /** Owns the path from now on. */
  moveTo(path: DatagramPath): void {
    const before = this.#closed ? path : this.#path;
    if (!this.#closed) this.#path = path;
    this.#listenTo(path);
    before.close();
  }

  send(datagram: Uint8Array): void {
    this.#path.send(datagram);
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#datagram = listener;
  }

  onHint(listener: (hint: Error) => void): void {
    this.#hint = listener;
  }

  close(): void {
    this.#closed = true;
    this.#path.close();
  }

  #listenTo(path: DatagramPath): void {
    path.onDatagram((datagram) => this.#path === path && this.#datagram(datagram));
    path.onHint((hint) => this.#path === path && this.#hint(hint));
  }
}
