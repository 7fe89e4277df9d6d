import { type CoapMessage, Code, codeText, MessageType } from "../../../src/coap/message.ts";
import { OptionNumber } from "../../../src/coap/options.ts";
import { toHex } from "../../../src/util/bytes.ts";

const shownBytes = 48;
const names = new Map(Object.entries(OptionNumber).map(([name, number]) => [number as number, name]));
const texts: ReadonlySet<number> = new Set([
  OptionNumber.UriHost,
  OptionNumber.LocationPath,
  OptionNumber.UriPath,
  OptionNumber.UriQuery,
]);
const numbers: ReadonlySet<number> = new Set([
  OptionNumber.Observe,
  OptionNumber.UriPort,
  OptionNumber.ContentFormat,
  OptionNumber.MaxAge,
  OptionNumber.Accept,
]);

/** A CoAP message on one line: type, code, Message ID, token, options by name, and what the payload begins with. */
export function messageText({ type, code, messageId, token, options, payload }: CoapMessage): string {
  const typeName = Object.entries(MessageType).find(([, value]) => value === type)?.[0] ?? String(type);
  const codeName = code === Code.Empty ? "0.00" : codeText(code);
  const shown = options.map(({ number, value }) => `${names.get(number) ?? number}:${optionText(number, value)}`);
  const head = `${typeName} ${codeName} mid=${messageId} token=${toHex(token) || "-"}`;
  return [head, ...shown, ...(payload.length > 0 ? [payloadText(payload)] : [])].join(" ");
}

function optionText(number: number, value: Uint8Array): string {
  if (texts.has(number)) return new TextDecoder().decode(value);
  if (numbers.has(number)) return String(unsigned(value));
  if (number !== OptionNumber.Block1 && number !== OptionNumber.Block2) return toHex(value) || "-";
  const block = unsigned(value);
  return `${block >> 4}/${(block >> 3) & 1}/${2 ** ((block & 7) + 4)}`;
}

function unsigned(value: Uint8Array): number {
  return value.reduce((sum, byte) => sum * 256 + byte, 0);
}

function payloadText(payload: Uint8Array): string {
  const head = payload.subarray(0, shownBytes);
  const printable = head.every((byte) => byte >= 0x20 && byte < 0x7f);
  const shown = printable ? JSON.stringify(new TextDecoder().decode(head)) : toHex(head);
  return `payload(${payload.length})=${shown}${payload.length > shownBytes ? "..." : ""}`;
}
