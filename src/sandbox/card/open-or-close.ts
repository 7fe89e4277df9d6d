import type { AppletContext } from "./applet-context.ts";
import type { CommandApdu } from "./command-apdu.ts";
import type { SessionPurpose } from "./sessions.ts";
import type { SignatureComputation } from "./signature-computation.ts";
import { type Answer, done, Refusal, StatusWord } from "./status-word.ts";

/** What the INIT commands share: P1 = 00 opens session P2 with what `start` reads, P1 = 01 closes it and has no data. */
export function openOrClose(
  purpose: SessionPurpose,
  apdu: CommandApdu,
  { sessions, channel }: AppletContext,
  start: () => SignatureComputation,
): Answer {
  if (apdu.p1 === 0x00) {
    sessions.open(purpose, apdu.p2, channel, start());
    return done();
  }
  if (apdu.p1 !== 0x01) throw new Refusal(StatusWord.wrongParameters);
  if (apdu.data.length > 0) throw new Refusal(StatusWord.wrongLength);
  sessions.close(purpose, apdu.p2, channel);
  return done();
}

/** P1 of the UPDATE commands: 80 for the last block, 00 when more follow. */
export function isLastBlock(apdu: CommandApdu): boolean {
  if (apdu.p1 !== 0x80 && apdu.p1 !== 0x00) throw new Refusal(StatusWord.wrongParameters);
  return apdu.p1 === 0x80;
}
