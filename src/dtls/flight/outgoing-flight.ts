import { concatBytes } from "../../util/bytes.ts";
import { ContentType } from "../record/record.ts";
import type { Epoch } from "../record/record-layer.ts";
import { encodeFragment, fragmentHeaderBytes } from "./handshake-fragment.ts";

/** What a flight is made of; kept as long as it may have to be sent again. */
export type FlightItem =
  | { readonly kind: "changeCipherSpec" }
  | {
      readonly kind: "handshake";
      readonly epoch: Epoch;
      readonly type: number;
      readonly messageSequence: number;
      readonly body: Uint8Array;
    };

/** What packing needs of the record layer. */
export interface RecordSealer {
  /** Bytes that a record has besides its plaintext. */
  overhead(epoch: Epoch): number;
  protect(type: ContentType, epoch: Epoch, plaintext: Uint8Array): Uint8Array;
}

/** Less room than this at the end of a datagram is not worth a fragment's two headers. */
const smallestFragment = 32;
const changeCipherSpec = Uint8Array.of(1);

/**
 * Datagrams of at most `mtu` bytes that carry the flight, as many records in each as fit. Each call takes new record
 * sequence numbers, so a flight sent again passes the peer's replay window.
 */
export function packFlight(flight: readonly FlightItem[], mtu: number, records: RecordSealer): readonly Uint8Array[] {
  const packer = new Packer(mtu);
  for (const item of flight) {
    if (item.kind === "changeCipherSpec") {
      packer.reserve(records.overhead(0) + changeCipherSpec.length);
      packer.add(records.protect(ContentType.change_cipher_spec, 0, changeCipherSpec));
      continue;
    }
    const { epoch, type, messageSequence, body } = item;
    const overhead = records.overhead(epoch) + fragmentHeaderBytes;
    let offset = 0;
    do {
      const room = packer.reserve(overhead + Math.min(smallestFragment, body.length - offset)) - overhead;
      const part = body.subarray(offset, offset + room);
      const fragment = encodeFragment({ type, length: body.length, messageSequence, offset, body: part });
      packer.add(records.protect(ContentType.handshake, epoch, fragment));
      offset += part.length;
    } while (offset < body.length);
  }
  return packer.finish();
}

class Packer {
  readonly #mtu: number;
  readonly #datagrams: Uint8Array[] = [];
  #records: Uint8Array[] = [];
  #room: number;

  constructor(mtu: number) {
    this.#mtu = mtu;
    this.#room = mtu;
  }

  /** Bytes left in the current datagram, after starting a new one when there are fewer than `bytes`. */
  reserve(bytes: number): number {
    if (bytes > this.#room) this.#flush();
    return this.#room;
  }

  add(record: Uint8Array): void {
    this.#records.push(record);
    this.#room -= record.length;
  }

  finish(): readonly Uint8Array[] {
    this.#flush();
    return this.#datagrams;
  }

  #flush(): void {
    if (this.#records.length > 0) this.#datagrams.push(concatBytes(this.#records));
    this.#records = [];
    this.#room = this.#mtu;
  }
}
