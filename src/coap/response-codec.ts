import { decodeUtf8, encodeUtf8 } from "../util/bytes.ts";
import type { CoapResponse } from "./exchange.ts";
import type { CoapOption } from "./message.ts";
import { OptionNumber, optionValues, uintOption, uintToOption } from "./options.ts";

/** Options with a field of their own in CoapResponse, or that belong to the observe and block layers. */
const notForCallers: ReadonlySet<number> = new Set([
  OptionNumber.ContentFormat,
  OptionNumber.MaxAge,
  OptionNumber.LocationPath,
  OptionNumber.Observe,
  OptionNumber.Block1,
  OptionNumber.Block2,
  OptionNumber.Size1,
  OptionNumber.Size2,
]);

/** Throws DecodeError when a Location-Path segment is not UTF-8. */
export function responseFromOptions(code: number, options: readonly CoapOption[], payload: Uint8Array): CoapResponse {
  const contentFormat = uintOption(options, OptionNumber.ContentFormat);
  const maxAge = uintOption(options, OptionNumber.MaxAge);
  const location = optionValues(options, OptionNumber.LocationPath);
  return {
    code,
    ...(contentFormat === undefined ? {} : { contentFormat }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(location.length === 0 ? {} : { locationPath: location.map((segment) => decodeUtf8(segment, "Location-Path")) }),
    options: options.filter((option) => !notForCallers.has(option.number)),
    payload,
  };
}

/** Everything but the observe and block options. */
export function responseToOptions(response: CoapResponse): CoapOption[] {
  const { contentFormat, maxAge, locationPath = [], options = [] } = response;
  return [
    ...(contentFormat === undefined ? [] : [uintToOption(OptionNumber.ContentFormat, contentFormat)]),
    ...(maxAge === undefined ? [] : [uintToOption(OptionNumber.MaxAge, maxAge)]),
    ...locationPath.map((segment) => ({ number: OptionNumber.LocationPath, value: encodeUtf8(segment) })),
    ...options,
  ];
}
