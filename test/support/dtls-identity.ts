import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { prf } from "../../src/crypto/prf.ts";
import { SignatureScheme } from "../../src/crypto/signature-scheme.ts";
import type { Need, NeedAnswer } from "../../src/dtls/connection.ts";
import { ByteWriter } from "../../src/util/bytes.ts";

/** Answers needs as a credential and a verifier would; undefined: refuse. */
export type Answerer = (need: Need) => NeedAnswer | undefined;

export interface Identity {
  /** DER, leaf first. In-memory tests put the bare public key here: no verifier looks at it. */
  readonly chain: readonly Uint8Array[];
  readonly publicKey: Uint8Array;
  readonly schemes: readonly SignatureScheme[];
  sign(message: Uint8Array, scheme: SignatureScheme): Uint8Array;
}

export function makeIdentity(curve: "P-256" | "P-384" = "P-256"): Identity {
  const pair = generateKeyPairSync("ec", { namedCurve: curve });
  const publicKey = Uint8Array.from(pair.publicKey.export({ type: "spki", format: "der" }));
  return identityOf(pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(), publicKey, [publicKey]);
}

export function identityOf(privateKeyPem: string, publicKey: Uint8Array, chain: readonly Uint8Array[]): Identity {
  const key = createPrivateKey(privateKeyPem);
  const p384 = key.asymmetricKeyDetails?.namedCurve === "secp384r1";
  return {
    chain,
    publicKey,
    schemes: [p384 ? SignatureScheme.ecdsa_secp384r1_sha384 : SignatureScheme.ecdsa_secp256r1_sha256],
    sign: (message, scheme) =>
      Uint8Array.from(sign(scheme === SignatureScheme.ecdsa_secp384r1_sha384 ? "sha384" : "sha256", message, key)),
  };
}

/** Shows `own` (nothing when undefined) and takes any peer: the first element of its chain is its public key. */
export function certificateAnswers(own: Identity | undefined): Answerer {
  return (need) => {
    switch (need.kind) {
      case "chooseCredential":
        if (!own) return { kind: "chooseCredential" };
        return { kind: "chooseCredential", chain: own.chain, publicKey: own.publicKey, schemes: own.schemes };
      case "validatePeer":
        return { kind: "validatePeer", verdict: { accepted: true, publicKey: need.chain[0] ?? new Uint8Array() } };
      case "sign":
        return own && { kind: "sign", signature: own.sign(need.message, need.scheme) };
      default:
        return undefined;
    }
  };
}

/** Holds one pre-shared key for every identity (RFC 4279 §2, RFC 5489 §2). */
export function pskAnswers(psk: Uint8Array): Answerer {
  return (need) => {
    if (need.kind !== "deriveMasterSecret") return undefined;
    const { label, seed, otherSecret = new Uint8Array(psk.length) } = need.input;
    const preMasterSecret = new ByteWriter().vector(2, otherSecret).vector(2, psk).finish();
    return { kind: "deriveMasterSecret", masterSecret: prf(preMasterSecret, label, seed, 48) };
  };
}
