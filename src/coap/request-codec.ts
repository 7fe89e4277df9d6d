import { decodeUtf8, encodeUtf8 } from "../util/bytes.ts";
import type { CoapRequest } from "./exchange.ts";
import type { CoapOption, Method } from "./message.ts";
import { OptionNumber, optionValues, uintOption, uintToOption } from "./options.ts";

/** Options with a field of their own in CoapRequest, or that belong to the message and block layers. */
const notForHandlers: ReadonlySet<number> = new Set([
  OptionNumber.UriPath,
  OptionNumber.UriQuery,
  OptionNumber.ContentFormat,
  OptionNumber.Accept,
  OptionNumber.Observe,
  OptionNumber.Block1,
  OptionNumber.Block2,
  OptionNumber.Size1,
  OptionNumber.Size2,
  OptionNumber.NoResponse,
  OptionNumber.RequestTag,
]);

/** Throws DecodeError when a path segment or a query item is not UTF-8. */
export function requestFromOptions(method: Method, options: readonly CoapOption[], payload: Uint8Array): CoapRequest {
  const contentFormat = uintOption(options, OptionNumber.ContentFormat);
  const accept = uintOption(options, OptionNumber.Accept);
  const observe = uintOption(options, OptionNumber.Observe);
  return {
    method,
    path: optionValues(options, OptionNumber.UriPath).map((value) => decodeUtf8(value, "Uri-Path")),
    query: optionValues(options, OptionNumber.UriQuery).map((value) => decodeUtf8(value, "Uri-Query")),
    ...(contentFormat === undefined ? {} : { contentFormat }),
    ...(accept === undefined ? {} : { accept }),
    ...(observe === undefined ? {} : { observe }),
    options: options.filter((option) => !notForHandlers.has(option.number)),
    payload,
  };
}

/** Everything but the block options, which depend on how the body is cut. */
export function requestToOptions(request: CoapRequest): CoapOption[] {
  const { path, query, contentFormat, accept, observe, options } = request;
  return [
    ...path.map((segment) => ({ number: OptionNumber.UriPath, value: encodeUtf8(segment) })),
    ...query.map((item) => ({ number: OptionNumber.UriQuery, value: encodeUtf8(item) })),
    ...(contentFormat === undefined ? [] : [uintToOption(OptionNumber.ContentFormat, contentFormat)]),
    ...(accept === undefined ? [] : [uintToOption(OptionNumber.Accept, accept)]),
    ...(observe === undefined ? [] : [uintToOption(OptionNumber.Observe, observe)]),
    ...options,
  ];
}
