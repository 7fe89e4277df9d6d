import type { Credential } from "../credentials/ports/credential.ts";
import { sha256 } from "../crypto/hash.ts";
import { ByteWriter, concatBytes, encodeUtf8 } from "../util/bytes.ts";

/** Another one for another credential, also when just its certificate was renewed or its key replaced. 32 bytes. */
export async function credentialFingerprint(credential: Credential, signal: AbortSignal): Promise<Uint8Array> {
  if (credential.kind === "certificate") {
    const chain = await credential.certificates.chain(signal);
    const certificates = chain.map((each) => new ByteWriter().vector(3, each).finish());
    return sha256(concatBytes([encodeUtf8("certificate"), ...certificates]));
  }
  const { identity, fingerprint = new Uint8Array() } = credential.preSharedKey;
  return sha256(new ByteWriter().bytes(encodeUtf8("psk")).vector(3, identity).bytes(fingerprint).finish());
}
