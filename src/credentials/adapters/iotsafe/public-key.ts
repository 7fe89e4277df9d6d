import { spkiFromPoint } from "../../../crypto/public-key.ts";
import { readTlv } from "../../../smartcard/ber-tlv.ts";
import { ByteReader } from "../../../util/bytes.ts";
import type { IotSafeSession } from "./iotsafe-session.ts";
import { describeSelector, encodeSelector, type ObjectSelector } from "./object-selector.ts";
import { Tag } from "./object-tags.ts";

const pointLength = 65;

/** READ PUBLIC KEY: SubjectPublicKeyInfo (DER) of a P-256 key. */
export async function readPublicKey(session: IotSafeSession, key: ObjectSelector): Promise<Uint8Array> {
  const command = { ins: 0xcd, p1: 0, p2: 0, data: encodeSelector("public-key", key) };
  const answer = await session.demand(command, `READ PUBLIC KEY of ${describeSelector("public-key", key)}`);
  return parsePublicKey(answer);
}

/**
 * SubjectPublicKeyInfo (DER) from `34 L 49 L 86 41 point`, or from the bare uncompressed point that some applets send.
 * Throws DecodeError, or CodedError BAD_PUBLIC_KEY when the point is not on P-256.
 */
export function parsePublicKey(bytes: Uint8Array): Uint8Array {
  return spkiFromPoint("P-256", findPoint(bytes).slice());
}

/** Uncompressed, without the three headers (SEC 1 §2.3.3). */
export function isBarePoint(bytes: Uint8Array): boolean {
  return bytes.length === pointLength && bytes[0] === 0x04;
}

function findPoint(bytes: Uint8Array): Uint8Array {
  if (isBarePoint(bytes)) return bytes;
  const reader = new ByteReader(bytes, "IoT SAFE public key");
  const { tag, value } = readTlv(reader);
  reader.end();
  if (tag === Tag.secretKeyIdOrPoint) return value;
  if (tag === Tag.publicKey || tag === Tag.ellipticCurveKey) return findPoint(value);
  return reader.fail(`tag 34, 49 or 86 expected, ${tag.toString(16)} came`);
}
