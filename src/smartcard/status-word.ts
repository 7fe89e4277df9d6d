import { CodedError } from "../util/coded-error.ts";

/** Status words that we decide on (ISO 7816-4 §5.1.3, ETSI TS 102 221 §10.2). */
export const StatusWord = {
  success: 0x9000,
  moreObjects: 0x6300,
  channelNotOpen: 0x6881,
  wrongFileOrOffset: 0x6981,
  remotelyAdministered: 0x6984,
  conditionsNotMet: 0x6985,
  noChannelFree: 0x6a81,
  commandNotAllowed: 0x6986,
  notFound: 0x6a82,
  wrongParameters: 0x6a86,
  insUnknown: 0x6d00,
  signatureMismatch: 0x6d01,
  classNotSupported: 0x6e00,
} as const;

const names: Readonly<Record<number, string>> = {
  36864: "done",
  25344: "more data",
  25551: "done, remote administration has completed",
  25600: "execution error, nothing changed",
  25985: "memory failure",
  26368: "wrong length",
  26753: "logical channel not open or not supported",
  27009: "wrong kind of file or offset",
  27010: "security status not satisfied",
  27011: "authentication method blocked",
  27012: "data invalidated: remote administration is going on, try later",
  27013: "conditions of use not satisfied",
  27014: "command not allowed",
  27017: "remote administration failed, or capacity reached",
  27033: "application could not be selected",
  27264: "wrong data",
  27265: "function not supported, or no logical channel free",
  27266: "application, file or object not found",
  27268: "not enough memory",
  27270: "wrong parameters P1 P2",
  27272: "referenced data not found",
  27392: "wrong parameters P1 P2",
  27904: "instruction unknown",
  27905: "signature does not match",
  28160: "class not supported",
  28416: "no precise diagnosis",
};

/** 9000, and 91xx: done, with a proactive command waiting, which is the modem's business (TS 102 221 §7.4.2). */
export function isSuccess(statusWord: number): boolean {
  return statusWord === StatusWord.success || statusWord >> 8 === 0x91;
}

/** For messages: `6A82 (application, file or object not found)`. */
export function describeStatusWord(statusWord: number): string {
  const hex = statusWord.toString(16).toUpperCase().padStart(4, "0");
  const name = names[statusWord] ?? (statusWord >> 8 === 0x91 ? "done, proactive command waits" : "no name known");
  return `${hex} (${name})`;
}

export type CardStatusErrorCode =
  /** The card is being administered remotely: the same operation may work later. */
  "CARD_ADMINISTERED_REMOTELY" | "CARD_SIGNATURE_MISMATCH" | "CARD_REFUSED";

/** The card answered, and refused. The connection is still good. */
export class CardStatusError extends CodedError {
  declare readonly code: CardStatusErrorCode;
  readonly statusWord: number;

  /** `what` names the command, for example "COMPUTE SIGNATURE INIT with key 01". */
  constructor(what: string, statusWord: number) {
    super(codeOf(statusWord), `${what}: the card answered ${describeStatusWord(statusWord)}`);
    this.statusWord = statusWord;
  }
}

function codeOf(statusWord: number): CardStatusErrorCode {
  if (statusWord === StatusWord.remotelyAdministered) return "CARD_ADMINISTERED_REMOTELY";
  if (statusWord === StatusWord.signatureMismatch) return "CARD_SIGNATURE_MISMATCH";
  return "CARD_REFUSED";
}
