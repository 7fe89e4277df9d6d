import { verifySignature } from "../../crypto/verify.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { Signer } from "../ports/signer.ts";

/**
 * Verifies each signature with the signer's public key before anyone uses it: a wrong one would show only as the peer's
 * alert. Rejects with CodedError SIGNATURE_MISMATCH. For handshakes and certificate requests alike.
 */
export function verifiedSigner(signer: Signer): Signer {
  return {
    get publicKey() {
      return signer.publicKey;
    },
    schemes: signer.schemes,
    sign: async (message, scheme, signal) => {
      const signature = await signer.sign(message, scheme, signal);
      if (verifySignature(signer.publicKey, scheme, message, signature)) return signature;
      throw new CodedError(
        "SIGNATURE_MISMATCH",
        "the signature does not match the public key: the certificate belongs to another key, or the key was replaced",
      );
    },
  };
}
