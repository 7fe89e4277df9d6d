/** Status words that the virtual card answers (ISO 7816-4 §5.6; names say what the card means by them). */
export const StatusWord = {
  done: 0x9000,
  moreObjects: 0x6300,
  administrationEnded: 0x63cf,
  endOfFile: 0x6282,
  memoryFailure: 0x6581,
  wrongLength: 0x6700,
  channelNotOpen: 0x6881,
  noSecureMessaging: 0x6882,
  noChaining: 0x6884,
  pastEndOfFile: 0x6981,
  pinNeeded: 0x6982,
  administrationUnderWay: 0x6984,
  conditionsNotMet: 0x6985,
  noFileSelected: 0x6986,
  wrongData: 0x6a80,
  noChannelFree: 0x6a81,
  notFound: 0x6a82,
  recordNotFound: 0x6a83,
  notEnoughMemory: 0x6a84,
  wrongParameters: 0x6a86,
  wrongOffset: 0x6b00,
  unknownInstruction: 0x6d00,
  signatureMismatch: 0x6d01,
  unknownClass: 0x6e00,
  noDiagnosis: 0x6f00,
} as const;

/** What a command gives back: data (possibly none) and a status word. */
export interface Answer {
  readonly data: Uint8Array;
  readonly status: number;
}

export function done(data: Uint8Array = new Uint8Array()): Answer {
  return { data, status: StatusWord.done };
}

export function only(status: number): Answer {
  return { data: new Uint8Array(), status };
}

/** Thrown inside the card when it refuses a command; the card answers with `status` and nothing else. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`card refuses with ${status.toString(16)}`);
    this.status = status;
  }
}
