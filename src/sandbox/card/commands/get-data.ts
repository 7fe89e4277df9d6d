import type { AppletContext } from "../applet-context.ts";
import { type AnyObject, select, selectorTags } from "../card-objects.ts";
import type { CommandApdu } from "../command-apdu.ts";
import { encodeEntry, wrap } from "../object-coding.ts";
import { type Answer, done, Refusal, StatusWord } from "../status-word.ts";
import { Tag } from "../tags.ts";
import { allow, readTlvs } from "../tlv.ts";
import { applicationInformation } from "./application-information.ts";
import { objectList } from "./object-list.ts";

/** GET DATA (INS CB): P1 says of what. */
export function getData(apdu: CommandApdu, context: AppletContext): Answer {
  const { objects } = context;
  switch (apdu.p1) {
    case 0x00:
      return applicationInformation(apdu, context);
    case 0x01:
      return objectList(apdu, context);
    case Tag.privateKeyEntry:
      return single(apdu, context, objects.privateKeys, selectorTags.private);
    case Tag.publicKeyEntry:
      return single(apdu, context, objects.publicKeys, selectorTags.public);
    case Tag.fileEntry:
      return single(apdu, context, objects.files, selectorTags.file);
    case Tag.secretKeyEntry:
      return single(apdu, context, objects.secretKeys, selectorTags.secret);
    default:
      throw new Refusal(StatusWord.wrongParameters);
  }
}

function single(
  apdu: CommandApdu,
  { settings }: AppletContext,
  objects: readonly AnyObject[],
  tags: readonly [number, number],
): Answer {
  if (apdu.p2 !== 0) throw new Refusal(StatusWord.wrongParameters);
  const tlvs = readTlvs(apdu.data, settings.lengths);
  allow(tlvs, tags);
  const object = select(objects, tlvs, tags);
  const entry = encodeEntry(object, settings);
  return done(settings.singleObject === "wrapped" ? wrap(object.kind, entry) : entry);
}
