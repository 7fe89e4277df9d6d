import type { CommandApdu } from "../command-apdu.ts";
import type { LogicalChannels } from "../logical-channels.ts";
import { type Answer, done, Refusal, StatusWord } from "../status-word.ts";

/**
 * MANAGE CHANNEL (INS 70, ETSI TS 102 221 §11.1.17): P1 = 00 opens the lowest free channel and answers its number,
 * P1 = 80 closes channel P2, or the one that the command came on when P2 is 00. `closed` is told which.
 */
export function manageChannel(
  apdu: CommandApdu,
  current: number,
  channels: LogicalChannels,
  closed: (channel: number) => void,
): Answer {
  if (apdu.data.length > 0) throw new Refusal(StatusWord.wrongLength);
  if (apdu.p1 === 0x00 && apdu.p2 === 0x00) return done(Uint8Array.of(channels.open()));
  const channel = apdu.p2 === 0 ? current : apdu.p2;
  if (apdu.p1 !== 0x80 || channel === 0) throw new Refusal(StatusWord.wrongParameters);
  channels.close(channel);
  closed(channel);
  return done();
}
