import type { PrivateKey } from "../../../crypto/private-key.ts";
import { SignatureScheme } from "../../../crypto/signature-scheme.ts";
import { CodedError } from "../../../util/coded-error.ts";
import type { Signer } from "../../ports/signer.ts";

/** Signs with an EC key in memory. */
export class SoftwareSigner implements Signer {
  readonly #key: PrivateKey;
  readonly publicKey: Uint8Array;
  readonly schemes: readonly SignatureScheme[];

  /** Throws CodedError "UNSUPPORTED_KEY" for a key that is not on P-256 or P-384. */
  constructor(key: PrivateKey) {
    this.#key = key;
    this.publicKey = key.publicKey;
    this.schemes = [schemeFor(key)];
  }

  async sign(message: Uint8Array, scheme: SignatureScheme, signal: AbortSignal): Promise<Uint8Array> {
    if (signal.aborted) throw new CodedError("CANCELLED", "the signature was cancelled", { cause: signal.reason });
    if (!this.schemes.includes(scheme))
      throw new CodedError("UNSUPPORTED_SCHEME", `this key does not sign with scheme 0x${scheme.toString(16)}`);
    return this.#key.sign(message, scheme);
  }
}

function schemeFor({ description }: PrivateKey): SignatureScheme {
  if (description.kind === "ec" && description.curve === "P-256") return SignatureScheme.ecdsa_secp256r1_sha256;
  if (description.kind === "ec" && description.curve === "P-384") return SignatureScheme.ecdsa_secp384r1_sha384;
  const found = description.kind === "ec" ? description.curve : `RSA of ${description.bits} bits`;
  throw new CodedError("UNSUPPORTED_KEY", `an EC key on P-256 or P-384 is needed, this one is ${found}`);
}
