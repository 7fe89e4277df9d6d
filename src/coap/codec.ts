import { ByteReader, ByteWriter } from "../util/bytes.ts";
import { CoapError } from "./coap-error.ts";
import { type CoapMessage, type CoapOption, Code, MessageType } from "./message.ts";

const version = 1;
const payloadMarker = 0xff;
const maxTokenLength = 8;
const maxOptionNumber = 0xffff;

/**
 * RFC 7252 §3. Views, not copies. Throws DecodeError on everything the RFC calls a message format error, and on
 * token lengths above 8: refusing them is how a peer learns that RFC 8974 is not spoken here (RFC 8974 §2.2.2).
 */
export function decodeMessage(datagram: Uint8Array): CoapMessage {
  // A Buffer comes from a socket as Uint8Array too, and its slice() does not copy: views of it must not inherit that.
  const bytes = new Uint8Array(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const reader = new ByteReader(bytes, "CoAP message");
  const first = reader.uint8();
  if (first >> 6 !== version) reader.fail(`version 1 expected, ${first >> 6} came`);
  const tokenLength = first & 0x0f;
  const code = reader.uint8();
  const messageId = reader.uint16();
  if (tokenLength > maxTokenLength) reader.fail(`token length of at most 8 expected, ${tokenLength} came`);
  if (code === Code.Empty && (tokenLength > 0 || reader.remaining > 0)) reader.fail("Empty message with content");
  const token = reader.bytes(tokenLength);
  const { options, payload } = decodeOptionsAndPayload(reader);
  return { type: typeOf(first), code, messageId, token, options, payload };
}

/** Type and Message ID of a datagram that may be malformed after them; undefined when it is not even CoAP version 1. */
export function peekHeader(datagram: Uint8Array): Pick<CoapMessage, "type" | "messageId"> | undefined {
  const [first, , high, low] = datagram;
  if (first === undefined || high === undefined || low === undefined || first >> 6 !== version) return undefined;
  return { type: typeOf(first), messageId: high * 0x100 + low };
}

/** Options may come in any order; repeated ones keep theirs. Throws CoapError COAP_INVALID_MESSAGE. */
export function encodeMessage(message: CoapMessage): Uint8Array {
  if (message.token.length > maxTokenLength) invalid(`token of at most 8 bytes expected, ${message.token.length} came`);
  if (message.code === Code.Empty && message.token.length + message.options.length + message.payload.length > 0) {
    invalid("an Empty message has no content");
  }
  const writer = new ByteWriter()
    .uint8((version << 6) | (message.type << 4) | message.token.length)
    .uint8(message.code)
    .uint16(message.messageId)
    .bytes(message.token);
  let previous = 0;
  for (const option of [...message.options].sort((a, b) => a.number - b.number)) {
    encodeOption(writer, option, previous);
    previous = option.number;
  }
  if (message.payload.length > 0) writer.uint8(payloadMarker).bytes(message.payload);
  return writer.finish();
}

const types = [MessageType.CON, MessageType.NON, MessageType.ACK, MessageType.RST] as const;

function typeOf(first: number): MessageType {
  return types[(first >> 4) & 3] ?? MessageType.CON;
}

function decodeOptionsAndPayload(reader: ByteReader): Pick<CoapMessage, "options" | "payload"> {
  const options: CoapOption[] = [];
  let number = 0;
  while (reader.remaining > 0) {
    const head = reader.uint8();
    if (head === payloadMarker) {
      if (reader.remaining === 0) reader.fail("payload expected after its marker");
      return { options, payload: reader.rest() };
    }
    number += extended(reader, head >> 4, "delta");
    if (number > maxOptionNumber) reader.fail(`option number up to 65535 expected, ${number} came`);
    options.push({ number, value: reader.bytes(extended(reader, head & 0x0f, "length")) });
  }
  return { options, payload: new Uint8Array(0) };
}

/** The nibbles 13 and 14 announce one and two more bytes, 15 is reserved (RFC 7252 §3.1). */
function extended(reader: ByteReader, nibble: number, what: string): number {
  if (nibble === 13) return reader.uint8() + 13;
  if (nibble === 14) return reader.uint16() + 269;
  if (nibble === 15) reader.fail(`reserved option ${what}`);
  return nibble;
}

function encodeOption(writer: ByteWriter, { number, value }: CoapOption, previous: number): void {
  if (!Number.isInteger(number) || number < 0 || number > maxOptionNumber)
    invalid(`no option has the number ${number}`);
  if (value.length > 0xffff + 269) invalid(`option ${number} of ${value.length} bytes is too long`);
  const delta = number - previous;
  writer.uint8((nibbleFor(delta) << 4) | nibbleFor(value.length));
  encodeExtension(writer, delta);
  encodeExtension(writer, value.length);
  writer.bytes(value);
}

function nibbleFor(value: number): number {
  return value < 13 ? value : value < 269 ? 13 : 14;
}

function encodeExtension(writer: ByteWriter, value: number): void {
  if (value >= 269) writer.uint16(value - 269);
  else if (value >= 13) writer.uint8(value - 13);
}

function invalid(problem: string): never {
  throw new CoapError("COAP_INVALID_MESSAGE", `CoAP message: ${problem}`);
}
