import { ByteWriter } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";
import { type ApduClass, classByte } from "./class-byte.ts";

/**
 * A command of ISO 7816-4 §5.1 in short form. The class byte is made when it is sent, from `class` and the logical
 * channel. Case 1: neither `data` nor `le`; case 2: `le`; case 3: `data`; case 4: both.
 */
export interface CommandApdu {
  readonly class: ApduClass;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** 1 to 255 bytes. */
  readonly data?: Uint8Array;
  /** How many bytes are wanted, 1 to 256. */
  readonly le?: number;
}

export interface ResponseApdu {
  readonly data: Uint8Array;
  /** SW1 and SW2. */
  readonly statusWord: number;
}

export function encodeCommand(command: CommandApdu, channel: number): Uint8Array {
  const { data, le } = command;
  const writer = new ByteWriter().uint8(classByte(command.class, channel));
  writer.uint8(command.ins).uint8(command.p1).uint8(command.p2);
  if (data !== undefined) {
    if (data.length < 1 || data.length > 255) throw new RangeError(`command data of ${data.length} bytes: 1 to 255`);
    writer.uint8(data.length).bytes(data);
  }
  if (le !== undefined) {
    if (le < 1 || le > 256) throw new RangeError(`Le of ${le}: 1 to 256`);
    writer.uint8(le === 256 ? 0 : le);
  }
  return writer.finish();
}

/** Throws DecodeError when there is no room for a status word, or more than a short APDU can carry. */
export function decodeResponse(bytes: Uint8Array): ResponseApdu {
  const length = bytes.length - 2;
  const [sw1, sw2] = bytes.subarray(Math.max(0, length));
  if (sw1 === undefined || sw2 === undefined) {
    throw new DecodeError(`response APDU of ${bytes.length} bytes, at least 2 expected`, 0);
  }
  if (length > 256) throw new DecodeError(`response APDU with ${length} bytes of data, at most 256 expected`, 258);
  return { data: bytes.subarray(0, length), statusWord: (sw1 << 8) | sw2 };
}
