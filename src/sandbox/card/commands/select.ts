import { equalBytes } from "../../../util/bytes.ts";
import type { IotSafeApplet } from "../applet.ts";
import type { CommandApdu } from "../command-apdu.ts";
import type { LogicalChannel } from "../logical-channels.ts";
import type { Settings } from "../settings.ts";
import { type Answer, done, Refusal, StatusWord } from "../status-word.ts";
import { tlv } from "../tlv.ts";
import type { Usim } from "../usim.ts";

/**
 * SELECT (INS A4) by AID, or by file identifier while the USIM is selected. An AID may be cut on the right, down to the
 * five bytes of the registered provider. A refused SELECT changes nothing.
 */
export function select(
  apdu: CommandApdu,
  channel: LogicalChannel,
  { applet, usim, settings }: { applet: IotSafeApplet | undefined; usim: Usim; settings: Settings },
): Answer {
  if (apdu.p1 === 0x04) return selectApplet(apdu.data, channel, applet, settings);
  if (apdu.p1 !== 0x00 || channel.selected !== "usim") throw new Refusal(StatusWord.wrongParameters);
  const { file, answer } = usim.select(apdu);
  channel.file = file;
  return answer;
}

function selectApplet(
  aid: Uint8Array,
  channel: LogicalChannel,
  applet: IotSafeApplet | undefined,
  settings: Settings,
): Answer {
  const named = applet !== undefined && aid.length >= 5 && equalBytes(applet.aid.subarray(0, aid.length), aid);
  if (!named) throw new Refusal(StatusWord.notFound);
  channel.selected = "applet";
  return settings.selectAnswer === "none" ? done() : done(tlv(0x6f, tlv(0x84, applet.aid)));
}
