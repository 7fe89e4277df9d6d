import type { Epoch } from "../record/record-layer.ts";
import type { HandshakeFragment } from "./handshake-fragment.ts";

/** A handshake message of which fragments have come, in any order, overlapping or repeated. */
export class PartialMessage {
  readonly type: number;
  readonly length: number;
  readonly epoch: Epoch;
  readonly body: Uint8Array;
  /** 1 for each byte that came; the first one to come stays. */
  readonly #received: Uint8Array;
  #missing: number;

  constructor({ type, length }: HandshakeFragment, epoch: Epoch) {
    this.type = type;
    this.length = length;
    this.epoch = epoch;
    this.body = new Uint8Array(length);
    this.#received = new Uint8Array(length);
    this.#missing = length;
  }

  get complete(): boolean {
    return this.#missing === 0;
  }

  matches({ type, length }: HandshakeFragment, epoch: Epoch): boolean {
    return type === this.type && length === this.length && epoch === this.epoch;
  }

  add({ offset, body }: HandshakeFragment): void {
    for (const [i, byte] of body.entries()) {
      if (this.#received[offset + i] === 1) continue;
      this.#received[offset + i] = 1;
      this.body[offset + i] = byte;
      this.#missing--;
    }
  }
}
