import type { Delivery } from "./transmission.ts";

const maxRemembered = 256;

/** Message IDs of ours that are no longer retransmitted and to which a Reset may still come (RFC 7641 §3.6, §4.5). */
export class SentNonConfirmables {
  readonly #lifetimeMs: number;
  /** In the order of sending. */
  readonly #byId = new Map<number, { readonly delivery: Delivery; readonly expiresAt: number }>();

  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs;
  }

  add(messageId: number, delivery: Delivery, now: number): void {
    this.#byId.delete(messageId);
    for (const [oldest, { expiresAt }] of this.#byId) {
      if (expiresAt > now && this.#byId.size < maxRemembered) break;
      this.#byId.delete(oldest);
    }
    this.#byId.set(messageId, { delivery, expiresAt: now + this.#lifetimeMs });
  }

  take(messageId: number, now: number): Delivery | undefined {
    const sent = this.#byId.get(messageId);
    this.#byId.delete(messageId);
    return sent && sent.expiresAt > now ? sent.delivery : undefined;
  }
}
