import { type AppletContext, requireParameters } from "../applet-context.ts";
import { Access, requireAccess, select, selectorTags } from "../card-objects.ts";
import type { CommandApdu } from "../command-apdu.ts";
import { encodePublicKey } from "../object-coding.ts";
import { type Answer, done, Refusal, StatusWord } from "../status-word.ts";
import { allow, readTlvs } from "../tlv.ts";

/** READ PUBLIC KEY (INS CD); 6985 for an empty slot. */
export function readPublicKey(apdu: CommandApdu, { objects, settings }: AppletContext): Answer {
  requireParameters(apdu, 0x0000);
  const tlvs = readTlvs(apdu.data, settings.lengths);
  allow(tlvs, selectorTags.public);
  const key = select(objects.publicKeys, tlvs, selectorTags.public);
  requireAccess(key, Access.read);
  if (key.point === undefined) throw new Refusal(StatusWord.conditionsNotMet);
  return done(encodePublicKey(key.point, settings));
}
