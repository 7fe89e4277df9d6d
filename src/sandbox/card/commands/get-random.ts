import { type AppletContext, requireParameters } from "../applet-context.ts";
import type { CommandApdu } from "../command-apdu.ts";
import { type Answer, done, Refusal, StatusWord } from "../status-word.ts";

/** GET RANDOM (INS 84): as many bytes as Le asks for, without a tag. */
export function getRandom(apdu: CommandApdu, { entropy }: AppletContext): Answer {
  requireParameters(apdu, 0x0000);
  if (apdu.data.length > 0 || apdu.le === undefined) throw new Refusal(StatusWord.wrongLength);
  return done(entropy.randomBytes(apdu.le));
}
