import type { CertificateVerifier } from "../credentials/ports/certificate-verifier.ts";
import { PrivateKey } from "../crypto/private-key.ts";
import { SignatureScheme } from "../crypto/signature-scheme.ts";
import type { Need, NeedAnswer } from "../dtls/connection.ts";
import { CodedError } from "../util/coded-error.ts";
import type { CertifiedKey } from "./sandbox-ca.ts";

/** What the sandbox server proves itself with, and whom it lets in. */
export interface ServerSecurity {
  readonly certificate?: {
    readonly own: CertifiedKey;
    /** Judges the devices' certificates. */
    readonly verifier: CertificateVerifier;
  };
  /** Derives the master secret for an identity; rejects for one that is not known. */
  readonly psk?: DeriveMasterSecret;
}

type MasterSecretNeed = Extract<Need, { kind: "deriveMasterSecret" }>;
export type DeriveMasterSecret = (need: MasterSecretNeed, signal: AbortSignal) => Promise<Uint8Array>;

const schemes = [SignatureScheme.ecdsa_secp256r1_sha256];

/** Answers what the handshakes of the server role need. */
export function serverAnswers({ certificate, psk }: ServerSecurity) {
  const key = certificate && PrivateKey.fromDer(certificate.own.privateKey, "pkcs8");
  return async (need: Need, signal: AbortSignal): Promise<NeedAnswer> => {
    if (need.kind === "deriveMasterSecret" && psk) {
      return { kind: need.kind, masterSecret: await psk(need, signal) };
    }
    if (!certificate || !key) throw unfit(need.kind);
    switch (need.kind) {
      case "chooseCredential":
        return { kind: need.kind, chain: [certificate.own.certificate], publicKey: key.publicKey, schemes };
      case "validatePeer":
        return { kind: need.kind, verdict: await certificate.verifier.verify(need.chain, signal) };
      case "sign":
        return { kind: need.kind, signature: key.sign(need.message, need.scheme) };
      default:
        throw unfit(need.kind);
    }
  };
}

function unfit(kind: Need["kind"]): CodedError {
  return new CodedError("CREDENTIAL_UNFIT", `the sandbox server has nothing to answer "${kind}" with`);
}
