import { equalBytes } from "../../../util/bytes.ts";
import type { IotSafeApplet } from "../applet.ts";
import type { CommandApdu } from "../command-apdu.ts";
import type { LogicalChannel } from "../logical-channels.ts";
import type { Pkcs15Application } from "../pkcs15.ts";
import type { Settings } from "../settings.ts";
import { type Answer, done, Refusal, StatusWord } from "../status-word.ts";
import { tlv } from "../tlv.ts";
import type { Usim } from "../usim.ts";

interface Selectable {
  readonly applet: IotSafeApplet | undefined;
  readonly pkcs15: Pkcs15Application | undefined;
  readonly usim: Usim;
  readonly settings: Settings;
}

/**
 * SELECT (INS A4) by AID; by file identifier while the USIM is selected; by path from the MF, or from the application
 * (7FFF) while PKCS #15 is selected. An AID may be cut on the right, down to the five bytes of the registered provider. A
 * refused SELECT changes nothing.
 */
export function select(
  apdu: CommandApdu,
  channel: LogicalChannel,
  { applet, pkcs15, usim, settings }: Selectable,
): Answer {
  if (apdu.p1 === 0x04) {
    if (pkcs15?.isNamed(apdu.data)) return selectPkcs15(channel, pkcs15);
    return selectApplet(apdu.data, channel, applet, settings);
  }
  if (apdu.p1 === 0x08 && channel.selected !== "applet") return selectByPath(apdu, channel, usim, pkcs15);
  if (apdu.p1 !== 0x00 || channel.selected !== "usim") throw new Refusal(StatusWord.wrongParameters);
  const { file, answer } = usim.select(apdu);
  channel.file = file;
  return answer;
}

function selectPkcs15(channel: LogicalChannel, pkcs15: Pkcs15Application): Answer {
  channel.selected = "pkcs15";
  channel.file = 0x3f00;
  return done(pkcs15.controlParameters);
}

function selectByPath(
  apdu: CommandApdu,
  channel: LogicalChannel,
  usim: Usim,
  pkcs15: Pkcs15Application | undefined,
): Answer {
  const [a, b, high = 0, low = 0] = apdu.data;
  const isInApplication = a === 0x7f && b === 0xff;
  if (!isInApplication) {
    if (apdu.data.length > 2) throw new Refusal(StatusWord.notFound);
    const { file, answer } = usim.select(apdu);
    channel.file = file;
    return answer;
  }
  if (channel.selected !== "pkcs15" || !pkcs15 || apdu.data.length !== 4) throw new Refusal(StatusWord.notFound);
  const file = high * 0x100 + low;
  const answer = pkcs15.select(file);
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
