import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { ContentType, decodeRecords } from "../../../src/dtls/record/record.ts";
import { SignatureLengths } from "./signature-lengths.ts";

/** What one handshake cost on the wire: UDP payload, each ECDSA signature of the handshake as 72 bytes. */
export interface WireCounts {
  readonly datagramsOut: number;
  readonly datagramsIn: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

class Direction {
  datagrams = 0;
  #bytes = 0;
  readonly #signatures = new SignatureLengths();

  get bytes(): number {
    return this.#bytes + this.#signatures.missingBytes;
  }

  count(datagram: Uint8Array): void {
    // close_notify is no part of the handshake, and not every client says it.
    if (decodeRecords(datagram).every(({ type }) => type === ContentType.alert)) return;
    this.datagrams++;
    this.#bytes += datagram.length;
    this.#signatures.read(datagram);
  }
}

/** Stands between one client and the server, and counts what passes. */
export class CountingRelay {
  readonly #front: Socket;
  readonly #back: Socket;
  readonly #out = new Direction();
  readonly #in = new Direction();

  private constructor(front: Socket, back: Socket) {
    this.#front = front;
    this.#back = back;
    front.on("message", (datagram, { port, address }) => {
      this.#out.count(datagram);
      back.send(datagram);
      back.removeAllListeners("message").on("message", (answer) => {
        this.#in.count(answer);
        front.send(answer, port, address);
      });
    });
    back.on("error", () => {});
  }

  static async open(serverPort: number): Promise<CountingRelay> {
    const [front, back] = [createSocket("udp4"), createSocket("udp4")];
    front.bind(0, "127.0.0.1");
    await once(front, "listening");
    back.connect(serverPort, "127.0.0.1");
    await once(back, "connect");
    return new CountingRelay(front, back);
  }

  get port(): number {
    return this.#front.address().port;
  }

  get counts(): WireCounts {
    const [out, back] = [this.#out, this.#in];
    return { datagramsOut: out.datagrams, datagramsIn: back.datagrams, bytesOut: out.bytes, bytesIn: back.bytes };
  }

  close(): void {
    this.#front.close();
    this.#back.close();
  }
}
