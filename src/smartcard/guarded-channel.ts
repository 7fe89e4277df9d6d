import { toHex } from "../util/bytes.ts";
import type { MonotonicClock, Timers } from "../util/time.ts";
import type { CardChannel } from "./card-channel.ts";
import { CardTransportError } from "./card-transport-error.ts";
import { withDeadline } from "./deadline.ts";

export interface GuardedChannelPorts {
  readonly timers: Timers;
  readonly clock: MonotonicClock;
  /** Milliseconds for one APDU. */
  readonly apduDeadlineMs: number;
  onApdu(ins: number, statusWord: number, milliseconds: number): void;
}

/** A card channel that stays dead once it failed, that never waits for ever, and that is metered. */
export class GuardedChannel implements CardChannel {
  readonly #inner: CardChannel;
  readonly #ports: GuardedChannelPorts;
  #failure: unknown;
  #closed = false;

  constructor(inner: CardChannel, ports: GuardedChannelPorts) {
    this.#inner = inner;
    this.#ports = ports;
  }

  get dead(): boolean {
    return this.#failure !== undefined;
  }

  /** What it died of. */
  get failure(): unknown {
    return this.#failure;
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    if (this.#failure !== undefined) throw this.#failure;
    const started = this.#ports.clock.now();
    const answer = await this.#transmitInTime(command);
    const [sw1 = 0, sw2 = 0] = answer.subarray(-2);
    this.#ports.onApdu(command[1] ?? 0, (sw1 << 8) | sw2, this.#ports.clock.now() - started);
    return answer;
  }

  /** Marks the channel as dead, for a failure that was seen above it. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  /** Closes what is below, once; what that says no longer matters. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.fail(new CardTransportError("CARD_UNREACHABLE", "the connection to the card is closed"));
    await this.#inner.close().catch(() => undefined);
  }

  async #transmitInTime(command: Uint8Array): Promise<Uint8Array> {
    const { timers, apduDeadlineMs } = this.#ports;
    try {
      return await withDeadline(this.#inner.transmit(command), timers, apduDeadlineMs, () =>
        mute(command, apduDeadlineMs),
      );
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }
}

function mute(command: Uint8Array, deadlineMs: number): CardTransportError {
  const header = toHex(command.subarray(0, 4)).toUpperCase();
  return new CardTransportError("CARD_MUTE", `the card did not answer command ${header} within ${deadlineMs} ms`);
}
