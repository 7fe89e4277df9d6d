import { constantTimeEqual } from "../crypto/equal.ts";
import { hmacSha256 } from "../crypto/hmac.ts";
import type { Entropy } from "../crypto/ports.ts";
import { ByteWriter, encodeUtf8 } from "../util/bytes.ts";
import { type ClientHello, encodeClientHello } from "./handshake/messages/client-hello.ts";

const secretLifetimeMs = 60_000;
const cookieBytes = 16;

/**
 * Cookies that the server need not remember (RFC 6347 §4.2.1): a MAC over the client's address and its hello. Its
 * secret changes every minute and the last one stays good, so a cookie lives for one to two minutes.
 */
export class CookieMint {
  readonly #entropy: Entropy;
  #current: Uint8Array;
  #previous: Uint8Array;
  #changedAt: number | undefined;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
    this.#current = entropy.randomBytes(32);
    this.#previous = entropy.randomBytes(32);
  }

  make(peer: string, hello: ClientHello, now: number): Uint8Array {
    this.#renew(now);
    return cookieOf(this.#current, peer, hello);
  }

  /** Whether the hello's cookie was made for it and for this address, lately. */
  verify(peer: string, hello: ClientHello, now: number): boolean {
    this.#renew(now);
    return [this.#current, this.#previous].some((secret) =>
      constantTimeEqual(cookieOf(secret, peer, hello), hello.cookie),
    );
  }

  #renew(now: number): void {
    this.#changedAt ??= now;
    const age = now - this.#changedAt;
    if (age < secretLifetimeMs) return;
    this.#previous = age < 2 * secretLifetimeMs ? this.#current : this.#entropy.randomBytes(32);
    this.#current = this.#entropy.randomBytes(32);
    this.#changedAt = now;
  }
}

function cookieOf(secret: Uint8Array, peer: string, hello: ClientHello): Uint8Array {
  const withoutCookie = encodeClientHello({ ...hello, cookie: new Uint8Array() });
  const bound = new ByteWriter().vector(2, encodeUtf8(peer)).bytes(withoutCookie).finish();
  return hmacSha256(secret, bound).slice(0, cookieBytes);
}
