import { describePublicKey } from "../../crypto/public-key.ts";
import type { SignatureScheme } from "../../crypto/signature-scheme.ts";
import { verifySignature } from "../../crypto/verify.ts";
import { AlertDescription, alertForRefusal } from "../alert.ts";
import type { NeedAnswer } from "../connection.ts";
import { DtlsError } from "../dtls-error.ts";
import type { DigitallySigned } from "../handshake/messages/digitally-signed.ts";
import type { Pending } from "../needs.ts";
import { commonSchemes } from "../settings.ts";
import type { HandshakeContext } from "./handshake-context.ts";

/** The peer's chain as received, and its public key once the chain is accepted. */
export interface PeerCertificate {
  readonly chain: readonly Uint8Array[];
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Pending<Uint8Array>;
}

/** Asks for a verdict; a refusal ends the handshake at once. */
export function askForVerdict(context: HandshakeContext, chain: readonly Uint8Array[]): PeerCertificate {
  return { chain, publicKey: context.ask({ kind: "validatePeer", chain }, { accept: acceptVerdict }) };
}

/** The scheme if it is one that we offered; throws DtlsError otherwise. */
export function offeredScheme(context: HandshakeContext, { scheme }: DigitallySigned): SignatureScheme {
  const [offered] = commonSchemes(context.settings, [scheme]);
  if (offered !== undefined) return offered;
  throw new DtlsError("PEER_MISBEHAVED", `signature scheme 0x${scheme.toString(16).padStart(4, "0")} was not offered`);
}

/** Throws DtlsError unless the signature is the peer's. */
export function verifyPeerSignature(
  publicKey: Uint8Array,
  scheme: SignatureScheme,
  message: Uint8Array,
  signature: Uint8Array,
): void {
  if (verifySignature(publicKey, scheme, message, signature)) return;
  throw new DtlsError("PEER_MISBEHAVED", "the peer's signature does not fit its certificate's public key", {
    alert: AlertDescription.decrypt_error,
  });
}

/** ECDHE_ECDSA needs an EC key in the server's certificate (RFC 8422 §2.2). */
export function requireEcKey(publicKey: Uint8Array): void {
  if (describePublicKey(publicKey)?.kind === "ec") return;
  throw new DtlsError(
    "PEER_MISBEHAVED",
    "the server's certificate has no EC key on a known curve, as its suite needs",
    {
      alert: AlertDescription.unsupported_certificate,
    },
  );
}

function acceptVerdict(answer: NeedAnswer): Uint8Array {
  if (answer.kind !== "validatePeer") throw new DtlsError("NEED_FAILED", "validatePeer needs a verdict");
  const { verdict } = answer;
  if (verdict.accepted) return verdict.publicKey;
  throw new DtlsError("CERTIFICATE_REFUSED", `the peer's certificate is refused: ${verdict.message}`, {
    alert: alertForRefusal[verdict.code],
  });
}
