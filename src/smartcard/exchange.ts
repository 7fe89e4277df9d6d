import { concatBytes } from "../util/bytes.ts";
import { CodedError, DecodeError } from "../util/coded-error.ts";
import { type CommandApdu, decodeResponse, encodeCommand, type ResponseApdu } from "./apdu.ts";
import type { CardChannel } from "./card-channel.ts";
import { CardTransportError } from "./card-transport-error.ts";
import { describeStatusWord, StatusWord } from "./status-word.ts";

/** A card that keeps saying "more" is stopped here: 64 kB is the most that a 16-bit file offset reaches. */
const mostRounds = 260;

type Transmit = CardChannel["transmit"];

/**
 * One command and its whole answer: 61xx and 9Fxx are fetched with GET RESPONSE on the same channel, 6Cxx is sent again
 * with the right Le (ISO 7816-4 §5.3.4, TS 102 221 §7.3.1). The status word handed back is the last one.
 * Rejects with a CardTransportError: of code CARD_DRIVER_FAILED for an answer that is no response APDU, of code CARD_RESET
 * when our logical channel is gone. Rejects with CodedError CARD_MISBEHAVES for an answer without end.
 */
export async function exchange(transmit: Transmit, command: CommandApdu, channel: number): Promise<ResponseApdu> {
  const parts: Uint8Array[] = [];
  let next = command;
  for (let round = 0; round < mostRounds; round++) {
    const { data, statusWord } = await send(transmit, next, channel);
    if (statusWord >> 8 !== 0x6c) parts.push(data);
    const following = followUp(next, command, statusWord);
    if (following === undefined) return { data: concatBytes(parts), statusWord };
    next = following;
  }
  throw new CodedError("CARD_MISBEHAVES", `the card asked for GET RESPONSE or another Le ${mostRounds} times in a row`);
}

async function send(transmit: Transmit, command: CommandApdu, channel: number): Promise<ResponseApdu> {
  const answer = await transmit(encodeCommand(command, channel));
  let response: ResponseApdu;
  try {
    response = decodeResponse(answer);
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new CardTransportError("CARD_DRIVER_FAILED", "the card's driver delivered no valid answer", { cause });
  }
  if (response.statusWord === StatusWord.channelNotOpen && channel !== 0) {
    const what = `logical channel ${channel}: ${describeStatusWord(response.statusWord)}`;
    throw new CardTransportError("CARD_RESET", `${what}; the card was reset or another program closed the channel`);
  }
  return response;
}

/** What has to be sent before the answer to `first` is whole, or nothing. */
function followUp(sent: CommandApdu, first: CommandApdu, statusWord: number): CommandApdu | undefined {
  const [sw1, sw2] = [statusWord >> 8, statusWord & 0xff];
  const le = sw2 === 0 ? 256 : sw2;
  if (sw1 === 0x6c) return { ...sent, le };
  if (sw1 === 0x61 || sw1 === 0x9f) return getResponse(first, le);
  const isRefusedGetResponse = sent.ins === 0xc0 && sent.class === "proprietary" && first.ins !== 0xc0;
  // GET RESPONSE is an inter-industry command; hosts and cards differ in whether it follows the class of the command.
  if (isRefusedGetResponse && statusWord === StatusWord.classNotSupported) return { ...sent, class: "interindustry" };
  return undefined;
}

function getResponse(first: CommandApdu, le: number): CommandApdu {
  return { class: first.class, ins: 0xc0, p1: 0, p2: 0, le };
}
