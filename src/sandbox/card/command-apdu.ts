import { Refusal, StatusWord } from "./status-word.ts";

/** `lenient` takes a stray zero byte between data and Le, as one well-known host sends over PC/SC. */
export type LengthMode = "strict" | "lenient";

/** A short command APDU (ISO 7816-4 §5.1). `le` is 1 to 256 (00 on the wire), or absent. */
export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
  readonly le: number | undefined;
}

/** Cuts the bytes into header, data and Le. Refuses with 6700, also for extended lengths. */
export function parseCommand(bytes: Uint8Array, mode: LengthMode): CommandApdu {
  const [cla, ins, p1, p2, p3] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) throw wrongLength();
  const header = { cla, ins, p1, p2 };
  if (p3 === undefined) return { ...header, data: new Uint8Array(), le: undefined };
  if (bytes.length === 5) return { ...header, data: new Uint8Array(), le: lengthExpected(p3) };
  if (p3 === 0 || bytes.length < 5 + p3) throw wrongLength();
  return { ...header, data: bytes.slice(5, 5 + p3), le: readTail(bytes.subarray(5 + p3), mode) };
}

function readTail(tail: Uint8Array, mode: LengthMode): number | undefined {
  const [first, second] = tail;
  if (first === undefined) return undefined;
  if (second === undefined) return lengthExpected(first);
  if (mode === "lenient" && tail.length === 2 && first === 0) return lengthExpected(second);
  throw wrongLength();
}

function lengthExpected(byte: number): number {
  return byte === 0 ? 256 : byte;
}

function wrongLength(): Refusal {
  return new Refusal(StatusWord.wrongLength);
}
