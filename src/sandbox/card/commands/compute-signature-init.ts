import type { AppletContext } from "../applet-context.ts";
import { select, selectorTags } from "../card-objects.ts";
import type { CommandApdu } from "../command-apdu.ts";
import { openOrClose } from "../open-or-close.ts";
import { startComputation } from "../start-computation.ts";
import { type Answer, Refusal, StatusWord } from "../status-word.ts";
import { Tag } from "../tags.ts";
import { allow, readTlvs } from "../tlv.ts";

const allowed = [...selectorTags.private, Tag.mode, Tag.hashes, Tag.signatures];

/** COMPUTE SIGNATURE INIT (INS 2A): P1 = 00 opens session P2, P1 = 01 closes it. 6985 for an empty slot. */
export function computeSignatureInit(apdu: CommandApdu, context: AppletContext): Answer {
  return openOrClose("sign", apdu, context, () => {
    const tlvs = readTlvs(apdu.data, context.settings.lengths);
    allow(tlvs, allowed);
    const key = select(context.objects.privateKeys, tlvs, selectorTags.private);
    if (key.scalar === undefined) throw new Refusal(StatusWord.conditionsNotMet);
    return startComputation(key, tlvs);
  });
}
