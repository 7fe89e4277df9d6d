import { encodeMessage } from "../../src/coap/codec.ts";
import type { CoapRequest } from "../../src/coap/exchange.ts";
import { type CoapMessage, type CoapOption, MessageType, Method } from "../../src/coap/message.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";

export const noBytes = new Uint8Array(0);

export function message(parts: Partial<CoapMessage>): CoapMessage {
  return {
    type: MessageType.CON,
    code: Method.GET,
    messageId: 1,
    token: noBytes,
    options: [],
    payload: noBytes,
    ...parts,
  };
}

export function datagram(parts: Partial<CoapMessage>): Uint8Array {
  return encodeMessage(message(parts));
}

export function request(parts: Partial<CoapRequest>): CoapRequest {
  return { method: Method.GET, path: [], query: [], options: [], payload: noBytes, ...parts };
}

export function option(number: number, value: string | readonly number[]): CoapOption {
  return { number, value: typeof value === "string" ? encodeUtf8(value) : Uint8Array.from(value) };
}

/** A body whose every part is different, so that a misplaced block shows. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff);
}
