import type { AppletContext } from "../applet-context.ts";
import type { CommandApdu } from "../command-apdu.ts";
import { verifyDigest } from "../ecdsa-p256.ts";
import { isLastBlock } from "../open-or-close.ts";
import { type Answer, done, only, Refusal, StatusWord } from "../status-word.ts";
import { Tag } from "../tags.ts";
import { allow, one } from "../tlv.ts";

/** VERIFY SIGNATURE UPDATE (INS 2D): as for signing, the last block followed by the signature; 6D01 for a mismatch. */
export function verifySignatureUpdate(apdu: CommandApdu, { sessions, channel, settings }: AppletContext): Answer {
  const last = isLastBlock(apdu);
  const computation = sessions.running("verify", apdu.p2, channel);
  const rest = computation.update(apdu.data, last, settings.lengths);
  if (!last) return done();
  allow(rest, [Tag.signature]);
  const signature = one(rest, Tag.signature);
  const { key } = computation;
  if (key.kind !== "public" || key.point === undefined) throw new Refusal(StatusWord.conditionsNotMet);
  const good = verifyDigest(key.point, computation.digest(), signature);
  sessions.finish("verify", apdu.p2, channel);
  return good ? done() : only(StatusWord.signatureMismatch);
}
