import type { AppletContext } from "../applet-context.ts";
import type { CommandApdu } from "../command-apdu.ts";
import { signDigest } from "../ecdsa-p256.ts";
import { isLastBlock } from "../open-or-close.ts";
import { encodeSignature } from "../signature-coding.ts";
import { type Answer, done, Refusal, StatusWord } from "../status-word.ts";

/** COMPUTE SIGNATURE UPDATE (INS 2B): text or digest; the last block gives the signature. */
export function computeSignatureUpdate(apdu: CommandApdu, { sessions, channel, settings }: AppletContext): Answer {
  const last = isLastBlock(apdu);
  const computation = sessions.running("sign", apdu.p2, channel);
  const rest = computation.update(apdu.data, last, settings.lengths);
  if (rest.length > 0) throw new Refusal(StatusWord.wrongData);
  if (!last) return done();
  const { key } = computation;
  // A key that was replaced or lost its power since INIT can't sign any more.
  if (key.kind !== "private" || key.scalar === undefined) throw new Refusal(StatusWord.conditionsNotMet);
  const signature = signDigest(key.scalar, computation.digest());
  sessions.finish("sign", apdu.p2, channel);
  return done(encodeSignature(signature, settings.signatureForm));
}
