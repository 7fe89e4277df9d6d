import type { CommandApdu } from "../command-apdu.ts";
import type { PendingAnswer } from "../pending-answer.ts";
import type { Settings } from "../settings.ts";
import { type Answer, Refusal, StatusWord } from "../status-word.ts";

/** GET RESPONSE (INS C0), in either class: hosts use both. */
export function getResponse(apdu: CommandApdu, pending: PendingAnswer, settings: Settings): Answer {
  if (apdu.p1 !== 0 || apdu.p2 !== 0) throw new Refusal(StatusWord.wrongParameters);
  if (apdu.data.length > 0) throw new Refusal(StatusWord.wrongLength);
  return pending.take(apdu.le, settings);
}
