import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { CodedError } from "../util/coded-error.ts";
import { nodeBuffer, plainBytes } from "./plain-bytes.ts";
import { describePublicKey, type PublicKeyDescription } from "./public-key.ts";
import type { SignatureScheme } from "./signature-scheme.ts";
import { algorithmOf } from "./verify.ts";

export type PrivateKeyForm = "pkcs8" | "sec1" | "pkcs1";

/** A private key in this process's memory; the scalar has no way out of it. */
export class PrivateKey {
  readonly #key: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly description: PublicKeyDescription;

  private constructor(key: KeyObject, publicKey: Uint8Array, description: PublicKeyDescription) {
    this.#key = key;
    this.publicKey = publicKey;
    this.description = description;
  }

  /** Throws CodedError "BAD_PRIVATE_KEY", without a cause: OpenSSL's own message could quote the input. */
  static fromDer(der: Uint8Array, form: PrivateKeyForm): PrivateKey {
    const key = importPrivateKey(der, form);
    const publicKey = plainBytes(createPublicKey(key).export({ type: "spki", format: "der" }));
    const description = describePublicKey(publicKey);
    if (!description) throw badPrivateKey(`${key.asymmetricKeyType} key of a kind or curve that is not supported`);
    return new PrivateKey(key, publicKey, description);
  }

  /** The signature in wire form: ECDSA as DER, RSA as octets. Throws CodedError "BAD_PRIVATE_KEY" for the wrong kind. */
  sign(message: Uint8Array, scheme: SignatureScheme): Uint8Array {
    const { kind, hash } = algorithmOf(scheme);
    if (kind !== (this.description.kind === "ec" ? "ecdsa" : "rsa")) throw badPrivateKey(`it cannot sign with ${kind}`);
    return plainBytes(sign(hash, message, this.#key));
  }
}

function importPrivateKey(der: Uint8Array, form: PrivateKeyForm): KeyObject {
  try {
    return createPrivateKey({ key: nodeBuffer(der), format: "der", type: form });
  } catch {
    throw badPrivateKey(`not a ${form === "pkcs8" ? "PKCS #8" : form === "sec1" ? "SEC 1" : "PKCS #1"} private key`);
  }
}

function badPrivateKey(problem: string): CodedError {
  return new CodedError("BAD_PRIVATE_KEY", `unusable private key: ${problem}`);
}
