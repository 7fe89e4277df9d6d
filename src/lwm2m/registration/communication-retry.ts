import type { Entropy } from "../../crypto/ports.ts";
import type { ServerSettings } from "../objects/server-instance.ts";
import type { Retry, RetryRule } from "./retry-rule.ts";

type CommunicationSettings = Pick<ServerSettings, "retryCount" | "retryTimer" | "sequenceDelay" | "sequenceCount">;

/** What the Server object says when the resources are absent. Seconds. */
const defaults = { retryCount: 5, retryTimer: 60, sequenceDelay: 86_400, sequenceCount: 1 };
/** MAX_VALUE of /1/x/19, in 32 bits as everywhere. */
const NO_FURTHER_SEQUENCE = 0xffff_ffff;
/** Doubling must not silence a device for years: no wait inside a sequence is longer than a day. Seconds. */
const LONGEST_WAIT = 86_400;

export interface CommunicationRetryOptions {
  /** Asked anew each time: the server may write them. */
  settings(): CommunicationSettings;
  /** 0..1: a wait of a sequence is lengthened by up to this share of it. */
  readonly jitter: number;
  readonly entropy: Entropy;
}

/**
 * /1/x/17 to /1/x/20 (OMA LwM2M Core 1.2 §6.2.1.1). Nothing comes sooner than they say: waits inside a sequence are
 * lengthened, so that a fleet drifts apart, though not beyond the sequence delay, which is kept as it is. Where a sequence
 * is one attempt, that delay is all there is and is lengthened too.
 */
export class CommunicationRetry implements RetryRule {
  readonly #options: CommunicationRetryOptions;
  #attempts = 0;
  #inSequence = 0;
  #sequences = 0;

  constructor(options: CommunicationRetryOptions) {
    this.#options = options;
  }

  get attempts(): number {
    return this.#attempts;
  }

  next(): Retry | undefined {
    const { retryCount, retryTimer, sequenceDelay } = this.#settings;
    this.#attempts++;
    this.#inSequence++;
    if (this.#inSequence >= retryCount) return this.#nextSequence();
    const wait = Math.min(LONGEST_WAIT, retryTimer * 2 ** Math.min(this.#inSequence - 1, 32));
    const longest = Math.max(wait, sequenceDelay);
    return { milliseconds: Math.round(1000 * Math.min(longest, this.#lengthened(wait))), sequenceEnded: false };
  }

  reset(): void {
    this.#attempts = 0;
    this.#inSequence = 0;
    this.#sequences = 0;
  }

  #nextSequence(): Retry | undefined {
    const { retryCount, sequenceDelay, sequenceCount } = this.#settings;
    this.#inSequence = 0;
    this.#sequences++;
    if (this.#sequences >= sequenceCount || sequenceDelay >= NO_FURTHER_SEQUENCE) return undefined;
    const wait = retryCount <= 1 ? this.#lengthened(sequenceDelay) : sequenceDelay;
    return { milliseconds: Math.round(1000 * wait), sequenceEnded: true };
  }

  get #settings(): Required<CommunicationSettings> {
    const { retryCount, retryTimer, sequenceDelay, sequenceCount } = this.#options.settings();
    return {
      retryCount: retryCount ?? defaults.retryCount,
      retryTimer: retryTimer ?? defaults.retryTimer,
      sequenceDelay: sequenceDelay ?? defaults.sequenceDelay,
      sequenceCount: sequenceCount ?? defaults.sequenceCount,
    };
  }

  #lengthened(seconds: number): number {
    const { jitter, entropy } = this.#options;
    const [high = 0, low = 0] = entropy.randomBytes(2);
    return seconds * (1 + (jitter * (0x100 * high + low)) / 0x10000);
  }
}
