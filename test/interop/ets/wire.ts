import type { CoapMessage, CoapOption, Method } from "../../../src/coap/message.ts";
import { OptionNumber } from "../../../src/coap/options.ts";
import { equalBytes } from "../../../src/util/bytes.ts";
import type { PassedMessage, Relay } from "./relay.ts";

/** Requests of the device (unless told otherwise) with this method and path; "*" stands for one segment. */
export function isRequest(method: Method, path: string, from: PassedMessage["from"] = "device") {
  const wanted = segments(path);
  return ({ from: sender, message }: PassedMessage): boolean => {
    const actual = texts(message, OptionNumber.UriPath);
    const fits = actual.length === wanted.length && wanted.every((one, i) => one === "*" || one === actual[i]);
    return sender === from && message.code === method && fits;
  };
}

/** The answer to a request that the device or the server sent. */
export async function statusOf(wire: Relay, request: CoapMessage): Promise<CoapMessage> {
  const isAnswer = ({ message }: PassedMessage): boolean =>
    message.code >= 0x40 && equalBytes(message.token, request.token);
  return (await wire.passed.waitFor(isAnswer, "the answer on the wire")).message;
}

export function pathOf(message: CoapMessage): string {
  return `/${texts(message, OptionNumber.UriPath).join("/")}`;
}

export function queryOf(message: CoapMessage): string[] {
  return texts(message, OptionNumber.UriQuery);
}

/** The number in an option; undefined when it is not there. */
export function numberIn({ options }: CoapMessage, option: number): number | undefined {
  const found = options.find(({ number }) => number === option);
  return found?.value.reduce((sum, byte) => sum * 256 + byte, 0);
}

function texts({ options }: { readonly options: readonly CoapOption[] }, option: number): string[] {
  return options.filter(({ number }) => number === option).map(({ value }) => new TextDecoder().decode(value));
}

function segments(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}
