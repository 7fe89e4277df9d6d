import { encodeTlv, expectTlv, readTlv } from "../../smartcard/ber-tlv.ts";
import { ByteReader } from "../../util/bytes.ts";

const sequence = 0x30;
const explicitVersion = 0xa0;

/**
 * The SubjectPublicKeyInfo (DER) of a certificate (RFC 5280 §4.1), without looking at anything else in it: enough to see
 * whose key it is for, no proof that it is sound. Throws DecodeError.
 */
export function certificatePublicKey(certificate: Uint8Array): Uint8Array {
  const outer = new ByteReader(certificate, "certificate");
  const body = new ByteReader(expectTlv(outer, sequence), "certificate");
  outer.end();
  const fields = new ByteReader(expectTlv(body, sequence), "certificate body");
  // serialNumber comes first where the version is left out, then signature, issuer, validity, subject.
  if (readTlv(fields).tag === explicitVersion) readTlv(fields);
  for (let skipped = 0; skipped < 4; skipped++) expectTlv(fields, sequence);
  return encodeTlv(sequence, expectTlv(fields, sequence));
}
