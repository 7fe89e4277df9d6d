import type { Entropy } from "../crypto/ports.ts";
import { equalBytes } from "../util/bytes.ts";
import type { MonotonicClock } from "../util/time.ts";
import type { CoapRequest, RequestHandler } from "./exchange.ts";
import { type CoapMessage, type CoapOption, Code } from "./message.ts";
import { OptionNumber, optionValue } from "./options.ts";

const valueBytes = 8;

export interface FreshnessPorts {
  readonly entropy: Entropy;
  readonly clock: MonotonicClock;
}

/**
 * The server's side of Echo (RFC 9175 §2.3): a request without a value that we gave out within the last `freshMs` to twice
 * that is answered 4.01 with such a value, and `handle` does not see it. `isDemanded` chooses the requests; absent: all.
 */
export function demandFreshness(
  handle: RequestHandler,
  freshMs: number,
  { entropy, clock }: FreshnessPorts,
  isDemanded: (request: CoapRequest) => boolean = () => true,
): RequestHandler {
  let current = { value: entropy.randomBytes(valueBytes), since: clock.now() };
  let previous: typeof current | undefined;
  const renew = (): void => {
    const age = clock.now() - current.since;
    if (age < freshMs) return;
    previous = age < 2 * freshMs ? current : undefined;
    current = { value: entropy.randomBytes(valueBytes), since: clock.now() };
  };
  return (request, observe) => {
    renew();
    if (!isDemanded(request)) return handle(request, observe);
    const given = optionValue(request.options, OptionNumber.Echo) ?? new Uint8Array(0);
    const known = previous ? [current, previous] : [current];
    if (known.some(({ value }) => equalBytes(value, given))) return handle(request, observe);
    return { code: Code.Unauthorized, options: [{ number: OptionNumber.Echo, value: current.value }] };
  };
}

/** The value that a response asks to be repeated with; undefined when it asks for none. */
export function echoAskedFor({ code, options }: Pick<CoapMessage, "code" | "options">): Uint8Array | undefined {
  return code === Code.Unauthorized ? optionValue(options, OptionNumber.Echo) : undefined;
}

export function withEcho(options: readonly CoapOption[], value: Uint8Array): CoapOption[] {
  return [...options.filter(({ number }) => number !== OptionNumber.Echo), { number: OptionNumber.Echo, value }];
}
