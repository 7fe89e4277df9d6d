import { concatBytes } from "../../../util/bytes.ts";
import type { AppletContext } from "../applet-context.ts";
import type { CommandApdu } from "../command-apdu.ts";
import { twoBytes } from "../object-coding.ts";
import { type Answer, done, Refusal, StatusWord } from "../status-word.ts";
import { Tag } from "../tags.ts";
import { tlv } from "../tlv.ts";

const greatestNumberOfObjects = 10;

/** GET DATA with P1 = 00: version, identifier, limits and algorithms of the applet; 68 bytes. */
export function applicationInformation(apdu: CommandApdu, { settings, appletId }: AppletContext): Answer {
  if (apdu.p2 !== 0) throw new Refusal(StatusWord.wrongParameters);
  if (apdu.data.length > 0) throw new Refusal(StatusWord.wrongLength);
  const old = settings.applicationTags === "90/93";
  const identifier = tlv(Tag.appletId, appletId);
  if (settings.appletIdLength === "one-too-big") identifier[1] = appletId.length + 1;
  const information = concatBytes([
    tlv(Tag.version, 0x10),
    identifier,
    ...[Tag.maxFiles, Tag.maxPrivateKeys, Tag.maxPublicKeys, Tag.maxSecretKeys].map((tag) =>
      tlv(tag, greatestNumberOfObjects),
    ),
    tlv(old ? Tag.applicationFunctions : Tag.functions, 0x03),
    tlv(Tag.hashes, twoBytes(1)),
    tlv(Tag.signatures, 4),
    tlv(old ? Tag.applicationAgreement : Tag.agreement, 0),
    tlv(Tag.derivation, 0),
    tlv(Tag.maxSessions, settings.sessions.count),
  ]);
  if (settings.wrongLe === "6Cxx" && apdu.le !== information.length) throw new Refusal(0x6c00 + information.length);
  return done(information);
}
