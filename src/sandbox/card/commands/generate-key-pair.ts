import { concatBytes, equalBytes } from "../../../util/bytes.ts";
import { type AppletContext, requireParameters } from "../applet-context.ts";
import {
  Access,
  KeyFunction,
  type PrivateKey,
  p256Types,
  requireAccess,
  requireFunction,
  select,
  selectorTags,
  volatileTypes,
} from "../card-objects.ts";
import type { CommandApdu } from "../command-apdu.ts";
import { fillPair } from "../fill-pair.ts";
import { encodePublicKey } from "../object-coding.ts";
import { type Answer, done, Refusal, StatusWord } from "../status-word.ts";
import { Tag } from "../tags.ts";
import { allow, readTlvs, tlv } from "../tlv.ts";

/** GENERATE KEY PAIR (INS B9): fills a slot that exists; 6985 when it may not be updated or a session uses the key. */
export function generateKeyPair(apdu: CommandApdu, context: AppletContext): Answer {
  requireParameters(apdu, 0x0000);
  const { objects, settings } = context;
  const tlvs = readTlvs(apdu.data, settings.lengths);
  allow(tlvs, selectorTags.private);
  const key = select(objects.privateKeys, tlvs, selectorTags.private);
  requireGenerable(key, context);
  const point = fillPair(key, context.entropy);
  if (settings.generationIds === "changed") changeIds(key, context);
  if (!volatileTypes.includes(key.type)) context.changed();
  return done(encodeAnswer(key, point, context));
}

function requireGenerable(key: PrivateKey, { sessions }: AppletContext): void {
  requireAccess(key, Access.update);
  requireFunction(key, KeyFunction.generate);
  const inUse = sessions.holds(key) || sessions.holds(key.publicKey);
  if (inUse || !p256Types.includes(key.type)) throw new Refusal(StatusWord.conditionsNotMet);
}

function encodeAnswer(key: PrivateKey, point: Uint8Array, { settings }: AppletContext): Uint8Array {
  const publicKey = encodePublicKey(point, settings);
  if (settings.generationAnswer === "key-only") return publicKey;
  return concatBytes([tlv(Tag.privateKeyId, key.id), tlv(Tag.publicKeyId, key.publicKey.id), publicKey]);
}

/** Some applets give the new pair new identifiers, which only the answer tells. */
function changeIds(key: PrivateKey, { objects }: AppletContext): void {
  key.id = freeId(key.id, objects.privateKeys);
  key.publicKey.id = freeId(key.publicKey.id, objects.publicKeys);
}

function freeId(id: Uint8Array, objects: readonly { readonly id: Uint8Array }[]): Uint8Array {
  const next = id.slice();
  do next[next.length - 1] = ((next.at(-1) ?? 0) + 0x10) & 0xff;
  while (objects.some((object) => equalBytes(object.id, next)) && !equalBytes(next, id));
  return next;
}
