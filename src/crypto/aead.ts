import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { concatBytes } from "../util/bytes.ts";
import { plainBytes } from "./plain-bytes.ts";

/** The AEADs of the TLS suites we offer: RFC 5116 §5.1 and §5.3, RFC 6655 §6.1. */
export type AeadName = "AES_128_CCM_8" | "AES_128_CCM" | "AES_128_GCM";

export interface Aead {
  readonly tagLength: number;
  /** `nonce`: 12 bytes, never twice with one key. The answer is ciphertext and tag, joined. */
  seal(nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array;
  /** The plaintext, or undefined when the input is too short or does not authenticate. */
  open(nonce: Uint8Array, ciphertextAndTag: Uint8Array, aad: Uint8Array): Uint8Array | undefined;
}

const keyLength = 16;
const nonceLength = 12;
/** A 12-byte nonce leaves CCM three bytes for the message's length (RFC 3610 §2). */
const maxCcmPlaintext = 2 ** 24 - 1;

/** Throws RangeError when the key is not 16 bytes long, and so do seal and open when the nonce is not 12. */
export function createAead(name: AeadName, key: Uint8Array): Aead {
  if (key.length !== keyLength) throw new RangeError(`${name}: key of ${key.length} bytes, ${keyLength} expected`);
  const keyObject = createSecretKey(key);
  return name === "AES_128_GCM" ? new Gcm(keyObject) : new Ccm(keyObject, name === "AES_128_CCM" ? 16 : 8);
}

class Ccm implements Aead {
  readonly tagLength: number;
  readonly #key: KeyObject;

  constructor(key: KeyObject, tagLength: number) {
    this.#key = key;
    this.tagLength = tagLength;
  }

  seal(nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
    checkNonce(nonce);
    if (plaintext.length > maxCcmPlaintext) throw new RangeError(`CCM plaintext of ${plaintext.length} bytes`);
    const cipher = createCipheriv("aes-128-ccm", this.#key, nonce, { authTagLength: this.tagLength });
    cipher.setAAD(aad, { plaintextLength: plaintext.length });
    const ciphertext = cipher.update(plaintext);
    cipher.final();
    return concatBytes([ciphertext, cipher.getAuthTag()]);
  }

  open(nonce: Uint8Array, ciphertextAndTag: Uint8Array, aad: Uint8Array): Uint8Array | undefined {
    checkNonce(nonce);
    const length = ciphertextAndTag.length - this.tagLength;
    if (length < 0 || length > maxCcmPlaintext) return undefined;
    const decipher = createDecipheriv("aes-128-ccm", this.#key, nonce, { authTagLength: this.tagLength });
    decipher.setAuthTag(ciphertextAndTag.subarray(length));
    decipher.setAAD(aad, { plaintextLength: length });
    try {
      const plaintext = decipher.update(ciphertextAndTag.subarray(0, length));
      decipher.final();
      return plainBytes(plaintext);
    } catch {
      return undefined;
    }
  }
}

class Gcm implements Aead {
  readonly tagLength = 16;
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  seal(nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
    checkNonce(nonce);
    const cipher = createCipheriv("aes-128-gcm", this.#key, nonce);
    cipher.setAAD(aad);
    return concatBytes([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  open(nonce: Uint8Array, ciphertextAndTag: Uint8Array, aad: Uint8Array): Uint8Array | undefined {
    checkNonce(nonce);
    const length = ciphertextAndTag.length - this.tagLength;
    if (length < 0) return undefined;
    const decipher = createDecipheriv("aes-128-gcm", this.#key, nonce, { authTagLength: this.tagLength });
    decipher.setAuthTag(ciphertextAndTag.subarray(length));
    decipher.setAAD(aad);
    const plaintext = decipher.update(ciphertextAndTag.subarray(0, length));
    try {
      decipher.final();
      return plainBytes(plaintext);
    } catch {
      return undefined;
    }
  }
}

function checkNonce(nonce: Uint8Array): void {
  if (nonce.length !== nonceLength) throw new RangeError(`nonce of ${nonce.length} bytes, ${nonceLength} expected`);
}
