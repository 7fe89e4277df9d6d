import { RunningHash } from "../../crypto/hash.ts";
import { concatBytes } from "../../util/bytes.ts";

/**
 * Every handshake message of the handshake in order, as the hashes and signatures over it need them: whole, with the
 * header that goes into them (RFC 6347 §4.2.6). The messages themselves are kept only until CertificateVerify.
 */
export class Transcript {
  #hash = new RunningHash();
  #messages: Uint8Array[] = [];
  #keeping = true;

  add(message: Uint8Array): void {
    this.#hash.update(message);
    if (this.#keeping) this.#messages.push(message);
  }

  /** SHA-256 of what was added so far. */
  hash(): Uint8Array {
    return this.#hash.digest();
  }

  /** What was added so far, joined: the input of the CertificateVerify signature. Empty after `release`. */
  messages(): Uint8Array {
    return concatBytes(this.#messages);
  }

  /** The first ClientHello and the HelloVerifyRequest do not count (RFC 6347 §4.2.1). */
  restart(): void {
    this.#hash = new RunningHash();
    this.#messages = [];
  }

  /** Nothing will be signed any more: the memory is freed, the hash goes on. */
  release(): void {
    this.#messages = [];
    this.#keeping = false;
  }
}
