import { type Block, blockOption } from "./block-option.ts";
import { cacheKey } from "./cache-key.ts";
import { type CoapMessage, type CoapOption, Code, MessageType, Method } from "./message.ts";
import { OptionNumber, siftOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";

/** A request message whose options have been read. */
export interface IncomingRequest {
  readonly message: CoapMessage;
  readonly method: Method;
  readonly options: readonly CoapOption[];
  /** Names the block-wise transfer it belongs to. */
  readonly key: string;
  readonly block1: Block | undefined;
  readonly block2: Block | undefined;
}

/** Critical options the endpoint acts on itself, or hands to every handler as a field of the request. */
export const understoodInRequests: readonly number[] = [
  OptionNumber.UriHost,
  OptionNumber.UriPort,
  OptionNumber.UriPath,
  OptionNumber.UriQuery,
  OptionNumber.Accept,
  OptionNumber.Block1,
  OptionNumber.Block2,
  OptionNumber.ProxyUri,
  OptionNumber.ProxyScheme,
];

const methods: ReadonlySet<number> = new Set(Object.values(Method));

/** Undefined when the request is to be dropped. Throws Refusal. */
export function readRequest(message: CoapMessage, understood: ReadonlySet<number>): IncomingRequest | undefined {
  const { options, unrecognizedCritical } = siftOptions(message.options, understood);
  if (unrecognizedCritical !== undefined) {
    // RFC 7252 §5.4.1: 4.02 answers a confirmable request only.
    if (message.type === MessageType.NON) return undefined;
    throw new Refusal(Code.BadOption, `option ${unrecognizedCritical}`);
  }
  if (!isMethod(message.code)) throw new Refusal(Code.MethodNotAllowed, "");
  if (options.some(({ number }) => number === OptionNumber.ProxyUri || number === OptionNumber.ProxyScheme)) {
    throw new Refusal(Code.ProxyingNotSupported, "");
  }
  const block1 = readBlock(options, OptionNumber.Block1);
  const block2 = readBlock(options, OptionNumber.Block2);
  return { message, method: message.code, options, key: cacheKey(message.code, options), block1, block2 };
}

function isMethod(code: number): code is Method {
  return methods.has(code);
}

function readBlock(options: readonly CoapOption[], number: number): Block | undefined {
  const block = blockOption(options, number);
  if (block === "reserved") throw new Refusal(Code.BadRequest, "reserved block size");
  return block;
}
