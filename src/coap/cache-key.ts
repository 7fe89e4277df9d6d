import { toHex } from "../util/bytes.ts";
import type { CoapOption } from "./message.ts";
import { isNoCacheKey, OptionNumber } from "./options.ts";

/** They differ between the messages of one block-wise transfer. */
const ofTheTransfer: ReadonlySet<number> = new Set([
  OptionNumber.Observe,
  OptionNumber.Block1,
  OptionNumber.Block2,
  OptionNumber.NoResponse,
]);

/**
 * Names the transfer a block belongs to: method and all options of the cache key, never the token, which clients
 * change from block to block (RFC 7959 §2.4, §2.5; RFC 9175 §3.3 for Request-Tag, which is one of the options).
 */
export function cacheKey(method: number, options: readonly CoapOption[]): string {
  const parts = options
    .filter(({ number }) => !isNoCacheKey(number) && !ofTheTransfer.has(number))
    .map(({ number, value }) => `${number}=${toHex(value)}`);
  return `${method} ${parts.join(" ")}`;
}
