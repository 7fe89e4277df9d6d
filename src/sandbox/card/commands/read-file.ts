import type { AppletContext } from "../applet-context.ts";
import { Access, requireAccess, select, selectorTags } from "../card-objects.ts";
import type { CommandApdu } from "../command-apdu.ts";
import type { Settings } from "../settings.ts";
import { type Answer, done, only, StatusWord } from "../status-word.ts";
import { allow, readTlvs } from "../tlv.ts";

/** READ FILE (INS B0): bytes from the 16-bit offset in P1 P2, at most Le of them. */
export function readFile(apdu: CommandApdu, { objects, settings }: AppletContext): Answer {
  const tlvs = readTlvs(apdu.data, settings.lengths);
  allow(tlvs, selectorTags.file);
  const file = select(objects.files, tlvs, selectorTags.file);
  requireAccess(file, Access.read);
  const offset = apdu.p1 * 0x100 + apdu.p2;
  if (offset >= file.content.length) return endOfFile(settings);
  const wanted = Math.min(apdu.le ?? 256, settings.largestAnswer);
  return done(file.content.slice(offset, offset + wanted));
}

function endOfFile({ endOfFile }: Settings): Answer {
  switch (endOfFile) {
    case "6A86":
      return only(StatusWord.wrongParameters);
    case "6981":
      return only(StatusWord.pastEndOfFile);
    case "empty":
      return done();
  }
}
