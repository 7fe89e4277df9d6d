import { AlertDescription } from "../alert.ts";
import { DtlsError } from "../dtls-error.ts";
import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { handshakeTypeName } from "../handshake/handshake-type.ts";
import type { Epoch } from "../record/record-layer.ts";
import { encodeFragment, type HandshakeFragment } from "./handshake-fragment.ts";
import { PartialMessage } from "./partial-message.ts";

/** How far ahead of the next message a fragment may be: the longest flight there is has fewer messages. */
const messagesAhead = 8;

/** A whole message and the epoch that its fragments came in. */
export interface ReassembledMessage extends HandshakeMessage {
  readonly epoch: Epoch;
}

/**
 * Puts the peer's handshake messages together and in order (RFC 6347 §4.2.2, §4.2.3). Memory is bounded: a message has
 * at most `maxMessageBytes`, and those that wait for their turn share twice as much.
 */
export class Reassembly {
  readonly #maxMessageBytes: number;
  readonly #partials = new Map<number, PartialMessage>();
  #next: number;

  constructor(maxMessageBytes: number, firstMessageSequence = 0) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#next = firstMessageSequence;
  }

  /** message_seq of the message that `take` gives next. */
  get nextSequence(): number {
    return this.#next;
  }

  /** Bytes set aside for messages that are not complete or not yet taken. */
  get bufferedBytes(): number {
    let sum = 0;
    for (const partial of this.#partials.values()) sum += partial.length;
    return sum;
  }

  /** "old": the message was taken before, so its sender has not had our answer. Throws DtlsError on one over the limit. */
  accept(fragment: HandshakeFragment, epoch: Epoch): "kept" | "old" | "dropped" {
    const { messageSequence } = fragment;
    if (messageSequence < this.#next) return "old";
    if (messageSequence >= this.#next + messagesAhead) return "dropped";
    if (fragment.length > this.#maxMessageBytes) throw this.#tooLong(fragment);
    const partial = this.#partialFor(fragment, epoch);
    if (!partial) return "dropped";
    partial.add(fragment);
    return "kept";
  }

  /** The next message in order, once it is complete. */
  take(): ReassembledMessage | undefined {
    const partial = this.#partials.get(this.#next);
    if (!partial?.complete) return undefined;
    this.#partials.delete(this.#next);
    const { type, length, epoch, body } = partial;
    const raw = encodeFragment({ type, length, messageSequence: this.#next, offset: 0, body });
    this.#next++;
    return { type, body, raw, epoch };
  }

  /** A fragment at odds with those before it starts its message anew: one of the two was forged, and the real one is resent. */
  #partialFor(fragment: HandshakeFragment, epoch: Epoch): PartialMessage | undefined {
    const existing = this.#partials.get(fragment.messageSequence);
    if (existing?.complete || existing?.matches(fragment, epoch)) return existing;
    this.#partials.delete(fragment.messageSequence);
    if (!this.#makeRoom(fragment)) return undefined;
    const partial = new PartialMessage(fragment, epoch);
    this.#partials.set(fragment.messageSequence, partial);
    return partial;
  }

  /** The next message always finds room; later ones give way to it. */
  #makeRoom(fragment: HandshakeFragment): boolean {
    if (this.bufferedBytes + fragment.length <= 2 * this.#maxMessageBytes) return true;
    if (fragment.messageSequence !== this.#next) return false;
    this.#partials.clear();
    return true;
  }

  #tooLong({ type, length }: HandshakeFragment): DtlsError {
    return new DtlsError(
      "PEER_MISBEHAVED",
      `${handshakeTypeName(type)} of ${length} bytes, at most ${this.#maxMessageBytes} allowed (maxHandshakeMessageBytes)`,
      { alert: AlertDescription.illegal_parameter },
    );
  }
}
