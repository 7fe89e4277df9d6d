import type { HandshakeFigures } from "./connection.ts";

/** Datagrams waiting to be sent, and what went each way since the first one. */
export class Traffic {
  readonly #outgoing: Uint8Array[] = [];
  #startedAt: number | undefined;
  #bytesSent = 0;
  #bytesReceived = 0;
  #datagramsSent = 0;
  #datagramsReceived = 0;

  /** Time is counted from the first call on. */
  start(now: number): void {
    this.#startedAt ??= now;
  }

  send(datagram: Uint8Array): void {
    this.#bytesSent += datagram.length;
    this.#datagramsSent++;
    this.#outgoing.push(datagram);
  }

  received(datagram: Uint8Array): void {
    this.#bytesReceived += datagram.length;
    this.#datagramsReceived++;
  }

  next(): Uint8Array | undefined {
    return this.#outgoing.shift();
  }

  figures(now: number): HandshakeFigures {
    return {
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
      datagramsSent: this.#datagramsSent,
      datagramsReceived: this.#datagramsReceived,
      milliseconds: now - (this.#startedAt ?? now),
    };
  }
}
