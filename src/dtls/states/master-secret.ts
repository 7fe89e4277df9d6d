import type { NeedAnswer } from "../connection.ts";
import { DtlsError } from "../dtls-error.ts";
import { masterSecret, masterSecretSeed } from "../handshake/key-schedule.ts";
import { type AskOptions, type Pending, settled } from "../needs.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { Negotiated } from "./negotiated.ts";

/** What the master secret is made of: the ECDHE result, the PSK of an identity, or both. */
export interface SecretSources {
  readonly sharedSecret?: Uint8Array;
  readonly identity?: Uint8Array;
}

/**
 * Call with ClientKeyExchange already in the transcript: the session hash of RFC 7627 ends with it. A PSK never comes
 * here: its holder derives the master secret.
 */
export function deriveMasterSecret(
  context: HandshakeContext,
  negotiated: Negotiated,
  { sharedSecret, identity }: SecretSources,
  explainRefusal?: AskOptions<Uint8Array>["explainRefusal"],
): Pending<Uint8Array> {
  const seed = masterSecretSeed(negotiated, negotiated.extendedMasterSecret ? context.transcript.hash() : undefined);
  if (identity) {
    const input = sharedSecret ? { ...seed, otherSecret: sharedSecret } : seed;
    const options = explainRefusal ? { accept: acceptMasterSecret, explainRefusal } : { accept: acceptMasterSecret };
    return context.ask({ kind: "deriveMasterSecret", identity, input }, options);
  }
  if (!sharedSecret) throw new DtlsError("NEED_FAILED", "neither a pre-shared key nor a key agreement");
  return settled(masterSecret(sharedSecret, seed));
}

function acceptMasterSecret(answer: NeedAnswer): Uint8Array {
  if (answer.kind === "deriveMasterSecret" && answer.masterSecret.length === 48) return answer.masterSecret;
  throw new DtlsError("NEED_FAILED", "deriveMasterSecret must be answered with 48 bytes");
}
