import type { CoapOption } from "./message.ts";

/** RFC 7252 §12.2, 7641, 7959, 7967, 9175. Odd numbers are critical. */
export const OptionNumber = {
  IfMatch: 1,
  UriHost: 3,
  ETag: 4,
  IfNoneMatch: 5,
  Observe: 6,
  UriPort: 7,
  LocationPath: 8,
  UriPath: 11,
  ContentFormat: 12,
  MaxAge: 14,
  UriQuery: 15,
  Accept: 17,
  LocationQuery: 20,
  Block2: 23,
  Block1: 27,
  Size2: 28,
  ProxyUri: 35,
  ProxyScheme: 39,
  Size1: 60,
  Echo: 252,
  NoResponse: 258,
  RequestTag: 292,
} as const;

interface OptionFormat {
  readonly minLength: number;
  readonly maxLength: number;
  readonly repeatable: boolean;
}

const formats = new Map<number, OptionFormat>([
  [OptionNumber.IfMatch, format(0, 8, true)],
  [OptionNumber.UriHost, format(1, 255)],
  [OptionNumber.ETag, format(1, 8, true)],
  [OptionNumber.IfNoneMatch, format(0, 0)],
  [OptionNumber.Observe, format(0, 3)],
  [OptionNumber.UriPort, format(0, 2)],
  [OptionNumber.LocationPath, format(0, 255, true)],
  [OptionNumber.UriPath, format(0, 255, true)],
  [OptionNumber.ContentFormat, format(0, 2)],
  [OptionNumber.MaxAge, format(0, 4)],
  [OptionNumber.UriQuery, format(0, 255, true)],
  [OptionNumber.Accept, format(0, 2)],
  [OptionNumber.LocationQuery, format(0, 255, true)],
  [OptionNumber.Block2, format(0, 3)],
  [OptionNumber.Block1, format(0, 3)],
  [OptionNumber.Size2, format(0, 4)],
  [OptionNumber.ProxyUri, format(1, 1034)],
  [OptionNumber.ProxyScheme, format(1, 255)],
  [OptionNumber.Size1, format(0, 4)],
  [OptionNumber.Echo, format(1, 40)],
  [OptionNumber.NoResponse, format(0, 1)],
  [OptionNumber.RequestTag, format(0, 8, true)],
]);

/** What is left when every option that must be treated as unrecognized is taken out. */
export interface SiftedOptions {
  readonly options: readonly CoapOption[];
  /** The first critical option among those taken out: the message must be refused (RFC 7252 §5.4.1). */
  readonly unrecognizedCritical?: number;
}

/**
 * An option counts as unrecognized when it is critical and not in `understood`, when its length is out of range
 * (RFC 7252 §5.4.3) or when it is repeated and must not be (§5.4.5). Elective options we do not know are kept: a
 * handler may know them.
 */
export function siftOptions(all: readonly CoapOption[], understood: ReadonlySet<number>): SiftedOptions {
  const seen = new Set<number>();
  const recognized = (option: CoapOption): boolean => {
    const first = !seen.has(option.number);
    seen.add(option.number);
    return hasRightFormat(option, first) && (!isCritical(option.number) || understood.has(option.number));
  };
  const options: CoapOption[] = [];
  let unrecognizedCritical: number | undefined;
  for (const option of all) {
    if (recognized(option)) options.push(option);
    else if (isCritical(option.number)) unrecognizedCritical ??= option.number;
  }
  return unrecognizedCritical === undefined ? { options } : { options, unrecognizedCritical };
}

/** RFC 7252 §5.4.6: not part of the cache key. */
export function isNoCacheKey(number: number): boolean {
  return (number & 0x1e) === 0x1c;
}

export function optionValue(options: readonly CoapOption[], number: number): Uint8Array | undefined {
  return options.find((option) => option.number === number)?.value;
}

export function optionValues(options: readonly CoapOption[], number: number): Uint8Array[] {
  return options.filter((option) => option.number === number).map((option) => option.value);
}

/** Value of an option of format uint; leading zero bytes are accepted (RFC 7252 §3.2). */
export function uintOption(options: readonly CoapOption[], number: number): number | undefined {
  return optionValue(options, number)?.reduce((value, byte) => value * 0x100 + byte, 0);
}

/** Without leading zero bytes: 0 is the empty value. */
export function uintToOption(number: number, value: number): CoapOption {
  let length = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 0x100)) length++;
  const bytes = new Uint8Array(length);
  for (let i = length - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 0x100)) bytes[i] = rest % 0x100;
  return { number, value: bytes };
}

function isCritical(number: number): boolean {
  return (number & 1) === 1;
}

function hasRightFormat({ number, value }: CoapOption, first: boolean): boolean {
  const known = formats.get(number);
  if (known === undefined) return true;
  return value.length >= known.minLength && value.length <= known.maxLength && (first || known.repeatable);
}

function format(minLength: number, maxLength: number, repeatable = false): OptionFormat {
  return { minLength, maxLength, repeatable };
}
