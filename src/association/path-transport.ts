import type { DatagramTransport } from "../coap/datagram-transport.ts";
import type { DatagramPath } from "../util/network.ts";

/** CoAP's datagrams straight on the path: NoSec. */
export class PathTransport implements DatagramTransport {
  readonly #path: DatagramPath;
  #closed: ((error?: Error) => void) | undefined;

  constructor(path: DatagramPath) {
    this.#path = path;
  }

  send(datagram: Uint8Array): void {
    this.#path.send(datagram);
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#path.onDatagram(listener);
  }

  onClosed(listener: (error?: Error) => void): void {
    this.#closed = listener;
  }

  close(reason?: Error): void {
    this.#path.close();
    this.#closed?.(reason);
    this.#closed = undefined;
  }
}
