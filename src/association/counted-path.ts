import type { DatagramPath, PeerAddress } from "../util/network.ts";

/** Bytes of datagrams (UDP payload) since the path was opened. */
export interface Traffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** A path that counts what it carries. */
export class CountedPath implements DatagramPath, Traffic {
  readonly #path: DatagramPath;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(path: DatagramPath) {
    this.#path = path;
  }

  get peer(): PeerAddress {
    return this.#path.peer;
  }

  send(datagram: Uint8Array): void {
    this.bytesSent += datagram.length;
    this.#path.send(datagram);
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#path.onDatagram((datagram) => {
      this.bytesReceived += datagram.length;
      listener(datagram);
    });
  }

  onHint(listener: (hint: Error) => void): void {
    this.#path.onHint(listener);
  }

  close(): void {
    this.#path.close();
  }
}
