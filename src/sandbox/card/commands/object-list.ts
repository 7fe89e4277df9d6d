import type { AppletContext } from "../applet-context.ts";
import type { AnyObject } from "../card-objects.ts";
import type { CommandApdu } from "../command-apdu.ts";
import { encodeList } from "../object-coding.ts";
import { type Answer, Refusal, StatusWord } from "../status-word.ts";

/** GET DATA with P1 = 01: all objects, in pages by the settings; P2 = 00 begins, P2 = 01 goes on after a 6300. */
export function objectList(apdu: CommandApdu, context: AppletContext): Answer {
  if (apdu.data.length > 0) throw new Refusal(StatusWord.wrongLength);
  const { listed, channel, settings } = context;
  const start = firstOfPage(apdu.p2, listed.get(channel));
  const all = allObjects(context);
  const end = settings.objectsPerPage === 0 ? all.length : start + settings.objectsPerPage;
  const more = end < all.length;
  if (more) listed.set(channel, end);
  else listed.delete(channel);
  return {
    data: encodeList(all.slice(start, end), settings),
    status: more ? StatusWord.moreObjects : StatusWord.done,
  };
}

function firstOfPage(p2: number, listed: number | undefined): number {
  if (p2 === 0) return 0;
  if (p2 === 1 && listed !== undefined) return listed;
  throw new Refusal(StatusWord.wrongParameters);
}

function allObjects({ objects }: AppletContext): AnyObject[] {
  return [...objects.privateKeys, ...objects.publicKeys, ...objects.files, ...objects.secretKeys];
}
