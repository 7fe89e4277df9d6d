import type { LogicalChannel } from "../../../smartcard/logical-channel.ts";
import { CardStatusError, isSuccess, StatusWord } from "../../../smartcard/status-word.ts";
import { fromHex, toHex } from "../../../util/bytes.ts";
import { CodedError } from "../../../util/coded-error.ts";

/** Tried in this order when the credential URI names no `aid`. */
export const defaultAids: readonly Uint8Array[] = [
  fromHex("a0000005590010"), // GSMA
  fromHex("a00000003053f12401770101495341"), // Thales
  fromHex("a0000002480400"), // CIRA, Orange
  fromHex("a0000001157000000000000049534102"), // NTT
];

/** No IoT SAFE applet under any of the AIDs. The card is a SIM without one, or the AID is another. */
export class AppletNotFoundError extends CodedError {
  readonly aids: readonly Uint8Array[];

  constructor(aids: readonly Uint8Array[]) {
    const tried = aids.map((aid) => toHex(aid).toUpperCase()).join(", ");
    super(
      "APPLET_NOT_FOUND",
      `no IoT SAFE applet on this card (6A82); AIDs tried: ${tried}. Ask the SIM's issuer for its AID and set aid=`,
    );
    this.aids = aids;
  }
}

/**
 * SELECT by AID (ISO 7816-4 §11.2.2), the first one that is there. Rejects with AppletNotFoundError when none is, with
 * CardStatusError on any other refusal. Nothing may be sent on this channel after that: it still talks to the USIM, where
 * the applet's instructions 24 and 2C are CHANGE PIN and UNBLOCK PIN and would use up tries.
 */
export async function selectApplet(channel: LogicalChannel, aids: readonly Uint8Array[]): Promise<Uint8Array> {
  for (const aid of aids) {
    const { statusWord } = await channel.send({ class: "interindustry", ins: 0xa4, p1: 0x04, p2: 0x00, data: aid });
    if (isSuccess(statusWord)) return aid;
    if (statusWord !== StatusWord.notFound) {
      throw new CardStatusError(`SELECT of the IoT SAFE applet ${toHex(aid).toUpperCase()}`, statusWord);
    }
  }
  throw new AppletNotFoundError(aids);
}
