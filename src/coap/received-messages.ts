/** A message of the peer that has been taken in. */
interface Received {
  readonly messageId: number;
  readonly expiresAt: number;
  /** What goes out again for a duplicate. */
  reply?: Uint8Array;
}

/**
 * Recognizes duplicates by the peer's Message ID (RFC 7252 §4.5). Bounded: beyond `maxMessages` the oldest is
 * forgotten, beyond `maxReplyBytes` the oldest replies are, while their duplicates still do not reach a handler.
 */
export class ReceivedMessages {
  readonly #maxMessages: number;
  readonly #maxReplyBytes: number;
  /** In order of arrival. */
  readonly #byId = new Map<number, Received>();
  /** In the order of their replies. */
  readonly #withReply = new Set<Received>();
  #replyBytes = 0;

  constructor(maxMessages: number, maxReplyBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxReplyBytes = maxReplyBytes;
  }

  get size(): number {
    return this.#byId.size;
  }

  get replyBytes(): number {
    return this.#replyBytes;
  }

  /** True when the Message ID is new, and remembers it; call before anything is done with the message. */
  admit(messageId: number, now: number, lifetimeMs: number): boolean {
    const known = this.#byId.get(messageId);
    if (known && known.expiresAt > now) return false;
    if (known) this.#forget(known);
    this.#makeRoom(now);
    this.#byId.set(messageId, { messageId, expiresAt: now + lifetimeMs });
    return true;
  }

  replyTo(messageId: number): Uint8Array | undefined {
    return this.#byId.get(messageId)?.reply;
  }

  setReply(messageId: number, reply: Uint8Array): void {
    const received = this.#byId.get(messageId);
    if (received === undefined) return;
    this.#dropReply(received);
    received.reply = reply;
    this.#withReply.add(received);
    this.#replyBytes += reply.length;
    for (const oldest of this.#withReply) {
      if (this.#replyBytes <= this.#maxReplyBytes) return;
      this.#dropReply(oldest);
    }
  }

  #makeRoom(now: number): void {
    for (const oldest of this.#byId.values()) {
      if (oldest.expiresAt > now && this.#byId.size < this.#maxMessages) return;
      this.#forget(oldest);
    }
  }

  #forget(received: Received): void {
    this.#dropReply(received);
    this.#byId.delete(received.messageId);
  }

  #dropReply(received: Received): void {
    if (received.reply === undefined) return;
    this.#replyBytes -= received.reply.length;
    delete received.reply;
    this.#withReply.delete(received);
  }
}
