import type { CertificateVerifier } from "../credentials/ports/certificate-verifier.ts";
import type { Credential } from "../credentials/ports/credential.ts";
import type { Need, NeedAnswer } from "../dtls/connection.ts";
import { CodedError } from "../util/coded-error.ts";

/** Who we are and whom we trust, for one handshake. */
export interface HandshakeParties {
  readonly credential: Credential;
  readonly verifier: CertificateVerifier;
}

type NeedKind = Need["kind"];

/** Answers one need of a handshake. Rejects with the CodedError of the party that could not. */
export async function answerNeed(parties: HandshakeParties, need: Need, signal: AbortSignal): Promise<NeedAnswer> {
  switch (need.kind) {
    case "chooseCredential":
      return chooseCredential(parties.credential, signal);
    case "validatePeer":
      return { kind: need.kind, verdict: await parties.verifier.verify(need.chain, signal) };
    case "agreeKey": {
      const { keyAgreement } = parties.credential;
      if (!keyAgreement) return unfit(need.kind);
      return { kind: need.kind, ...(await keyAgreement.agree(need.group, need.peerPublicKey, signal)) };
    }
    case "deriveMasterSecret": {
      if (parties.credential.kind !== "psk") return unfit(need.kind);
      const masterSecret = await parties.credential.preSharedKey.deriveMasterSecret(need.input, signal);
      return { kind: need.kind, masterSecret };
    }
    case "sign": {
      if (parties.credential.kind !== "certificate") return unfit(need.kind);
      return { kind: need.kind, signature: await parties.credential.signer.sign(need.message, need.scheme, signal) };
    }
  }
}

async function chooseCredential(credential: Credential, signal: AbortSignal): Promise<NeedAnswer> {
  if (credential.kind === "psk") return { kind: "chooseCredential" };
  const { certificates, signer } = credential;
  const chain = await certificates.chain(signal);
  return { kind: "chooseCredential", chain, publicKey: signer.publicKey, schemes: signer.schemes };
}

function unfit(kind: NeedKind): never {
  throw new CodedError("CREDENTIAL_UNFIT", `the credential cannot answer "${kind}": it is of the other kind`);
}
