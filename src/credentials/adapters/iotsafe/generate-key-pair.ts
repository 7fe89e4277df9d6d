import { encodeTlv, readTlv } from "../../../smartcard/ber-tlv.ts";
import { CardStatusError, isSuccess, StatusWord } from "../../../smartcard/status-word.ts";
import { ByteReader } from "../../../util/bytes.ts";
import type { IotSafeSession } from "./iotsafe-session.ts";
import { describeSelector, encodeSelector, type ObjectSelector } from "./object-selector.ts";
import { Tag } from "./object-tags.ts";
import { isBarePoint, parsePublicKey } from "./public-key.ts";
import { closeSignatureSession } from "./signature-session.ts";

export interface GeneratedKeyPair {
  /** As the card named it in its answer, which may differ from the one sent. */
  readonly privateKeyId?: Uint8Array;
  readonly publicKeyId?: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

/** GENERATE KEY PAIR in an existing slot. Takes seconds on a card. */
export async function generateKeyPair(session: IotSafeSession, key: ObjectSelector): Promise<GeneratedKeyPair> {
  const command = { ins: 0xb9, p1: 0, p2: 0, data: encodeSelector("private-key", key) };
  const what = `GENERATE KEY PAIR in ${describeSelector("private-key", key)}`;
  const { data, statusWord } = await session.send(command);
  if (isSuccess(statusWord)) return parseGeneratedKeyPair(data);
  if (statusWord !== StatusWord.conditionsNotMet) throw new CardStatusError(what, statusWord);
  // A key in use in an open session is refused: one that a crash left open, for we close ours.
  await closeSignatureSession(session);
  return parseGeneratedKeyPair(await session.demand(command, what));
}

/**
 * Parses `84 id`, `85 id` and the key in any order, or the key alone; the key in any form that READ PUBLIC KEY has.
 * Throws DecodeError, or CodedError BAD_PUBLIC_KEY.
 */
export function parseGeneratedKeyPair(bytes: Uint8Array): GeneratedKeyPair {
  const reader = new ByteReader(bytes, "IoT SAFE generated key pair");
  const found = new Map<number, Uint8Array>();
  while (reader.remaining > 0 && !isBarePoint(bytes.subarray(reader.offset))) {
    const { tag, value } = readTlv(reader);
    found.set(tag, value.slice());
  }
  const template = found.get(Tag.publicKey);
  const key = template === undefined ? reader.rest() : encodeTlv(Tag.publicKey, template);
  const privateKeyId = found.get(Tag.privateKeyId);
  const publicKeyId = found.get(Tag.publicKeyId);
  return {
    ...(privateKeyId && { privateKeyId }),
    ...(publicKeyId && { publicKeyId }),
    publicKey: parsePublicKey(key),
  };
}
