import { CardStatusError, isSuccess, StatusWord } from "../../../smartcard/status-word.ts";
import { concatBytes } from "../../../util/bytes.ts";
import { CodedError } from "../../../util/coded-error.ts";
import { type ApplicationInformation, parseApplicationInformation } from "./application-information.ts";
import type { AppletCommand, IotSafeSession } from "./iotsafe-session.ts";
import { type CardObject, parseObjects } from "./object-list.ts";
import { describeSelector, encodeSelector, type ObjectSelector } from "./object-selector.ts";
import { classTags, type ObjectClass } from "./object-tags.ts";

const getData = { ins: 0xcb, p2: 0 } as const;

/** The whole application information of every applet seen is 68 bytes; asking for just that avoids a 6C44. */
const applicationInformationLength = 0x44;

/** No applet holds more: 255 objects of each class in pages of a few entries. */
const mostPages = 256;

/** GET DATA, P1 = 00. */
export async function getApplicationInformation(session: IotSafeSession): Promise<ApplicationInformation> {
  const command = { ...getData, p1: 0x00, le: applicationInformationLength };
  return parseApplicationInformation(await session.demand(command, "GET DATA application information"));
}

/** GET DATA, P1 = 01: every object, page after page while the card answers 6300. */
export async function getObjectList(session: IotSafeSession): Promise<readonly CardObject[]> {
  const pages: Uint8Array[] = [];
  let command: AppletCommand = { ...getData, p1: 0x01, le: 256 };
  for (let page = 0; page < mostPages; page++) {
    const { data, statusWord } = await session.send(command);
    const more = statusWord === StatusWord.moreObjects;
    if (!more && !isSuccess(statusWord)) throw new CardStatusError("GET DATA object list", statusWord);
    pages.push(data);
    if (!more) return parseObjects(concatBytes(pages));
    command = { ...command, p2: 0x01 };
  }
  throw new CodedError("CARD_MISBEHAVES", `GET DATA object list: still more objects (6300) after ${mostPages} pages`);
}

/** GET DATA, P1 = C1 to C4: one object. Undefined when the answer holds none. */
export async function getObject(
  session: IotSafeSession,
  objectClass: ObjectClass,
  selector: ObjectSelector,
): Promise<CardObject | undefined> {
  const command = { ...getData, p1: classTags[objectClass].entry, data: encodeSelector(objectClass, selector) };
  const answer = await session.demand(command, `GET DATA of ${describeSelector(objectClass, selector)}`);
  // Some answers leave the identifier out: what came is about the object that was asked for.
  return parseObjects(answer).find((object) => object.class === objectClass);
}
