import { sha256 } from "../../../crypto/hash.ts";
import { SignatureScheme } from "../../../crypto/signature-scheme.ts";
import type { CardPriority } from "../../../smartcard/card-observer.ts";
import { CodedError } from "../../../util/coded-error.ts";
import type { Signer } from "../../ports/signer.ts";
import { verifiedSigner } from "../verified-signer.ts";
import type { IotSafeApplet } from "./iotsafe-applet.ts";
import type { ObjectSelector } from "./object-selector.ts";

/** What the external hash mode of COMPUTE SIGNATURE gives with a P-256 key. */
export const cardSchemes: readonly SignatureScheme[] = [SignatureScheme.ecdsa_secp256r1_sha256];

/** Signs with a key of the card and verifies the result. `publicKey`: SubjectPublicKeyInfo, DER. */
export function cardSigner(
  applet: IotSafeApplet,
  key: ObjectSelector,
  publicKey: Uint8Array,
  priority: CardPriority,
): Signer {
  return verifiedSigner({
    publicKey,
    schemes: cardSchemes,
    sign: async (message, scheme, signal) => {
      if (!cardSchemes.includes(scheme)) {
        throw new CodedError("UNSUPPORTED_SCHEME", "a key of the card signs with ecdsa_secp256r1_sha256 only");
      }
      return applet.sign(key, sha256(message), { priority, signal });
    },
  });
}
