import { createHash, type Hash } from "node:crypto";
import { plainBytes } from "./plain-bytes.ts";

export type HashName = "sha256" | "sha384" | "sha512";

export function hashBytes(name: HashName, bytes: Uint8Array): Uint8Array {
  return plainBytes(createHash(name).update(bytes).digest());
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return hashBytes("sha256", bytes);
}

export function sha384(bytes: Uint8Array): Uint8Array {
  return hashBytes("sha384", bytes);
}

export function sha512(bytes: Uint8Array): Uint8Array {
  return hashBytes("sha512", bytes);
}

/** A hash that goes on after its digest was taken, as a handshake transcript needs. */
export class RunningHash {
  readonly #hash: Hash;

  constructor(name: HashName = "sha256") {
    this.#hash = createHash(name);
  }

  update(bytes: Uint8Array): this {
    this.#hash.update(bytes);
    return this;
  }

  /** The digest of all bytes so far; may be taken any number of times. */
  digest(): Uint8Array {
    return plainBytes(this.#hash.copy().digest());
  }
}
