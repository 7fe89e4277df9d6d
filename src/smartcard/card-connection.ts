import type { CardChannel } from "./card-channel.ts";
import { CardTransportError } from "./card-transport-error.ts";
import { GuardedChannel, type GuardedChannelPorts } from "./guarded-channel.ts";
import { LogicalChannel } from "./logical-channel.ts";

/** What has to be done on a fresh logical channel before an application can be used: select it, learn its habits. */
export interface CardApplication<S> {
  /** For messages, for example "IoT SAFE". */
  readonly name: string;
  /** True: needed now and then. Its logical channel is given back after each operation, because cards have few. */
  readonly once?: boolean;
  /** `afterwards`: work that can wait until the first operation has its answer. */
  open(channel: LogicalChannel, afterwards: Afterwards): Promise<S>;
  /** Whether an operation's error looks as if the application were not selected any more: then it is opened anew. */
  seemsLost?(error: unknown): boolean;
}

/** Adds work to be done after the answer was given and before the next operation. Its errors are only logged. */
export type Afterwards = (work: () => Promise<unknown>) => void;

export interface CardConnectionPorts extends GuardedChannelPorts {
  /** Told which logical channels are open, each time before another one is used. Must not reject. */
  onChannels(numbers: readonly number[]): Promise<void>;
}

interface OpenApplication {
  readonly channel: LogicalChannel;
  readonly session: unknown;
}

/** One connection to a card with a logical channel for each application in use. Lost as a whole, never mended. */
export class CardConnection {
  readonly #channel: GuardedChannel;
  readonly #basic: LogicalChannel;
  readonly #open = new Map<CardApplication<unknown>, OpenApplication>();
  readonly #onChannels: CardConnectionPorts["onChannels"];
  /** Logical channels that we opened and did not close. */
  readonly #channels = new Set<number>();

  constructor(channel: CardChannel, ports: CardConnectionPorts) {
    this.#onChannels = ports.onChannels;
    this.#channel = new GuardedChannel(channel, ports);
    this.#basic = new LogicalChannel((command) => this.#channel.transmit(command), 0);
  }

  get dead(): boolean {
    return this.#channel.dead;
  }

  /** Logical channels of ours that are open, as far as we know. */
  get channels(): readonly number[] {
    return [...this.#channels];
  }

  /**
   * Logical channels that the card may still hold open for us after this connection died. A card that was reset or pulled
   * holds none; after silence or a driver's failure nobody knows.
   */
  get leftOpen(): readonly number[] {
    const { failure } = this.#channel;
    const unknown = failure instanceof CardTransportError && ["CARD_MUTE", "CARD_DRIVER_FAILED"].includes(failure.code);
    return unknown ? this.channels : [];
  }

  /** Closes channels that an earlier connection left open. */
  async reclaim(channels: readonly number[]): Promise<void> {
    for (const number of channels) await this.attempt(() => this.#basic.close(number));
  }

  /** Runs with the application selected; opens its logical channel first where there is none yet. */
  use<S, T>(
    application: CardApplication<S>,
    afterwards: Afterwards,
    operation: (session: S) => Promise<T>,
  ): Promise<T> {
    return this.attempt(async () => {
      const session = await this.#session(application, afterwards);
      if (application.once) afterwards(() => this.#leave(application));
      try {
        return await operation(session);
      } catch (error) {
        if (application.seemsLost?.(error)) afterwards(() => this.#leave(application));
        throw error;
      }
    });
  }

  /** Runs `work`; a transport error in it, wherever it was noticed, is the end of the connection. */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof CardTransportError) this.#channel.fail(error);
      throw error;
    }
  }

  /** Closes our logical channels, then the connection. Never rejects. */
  async close(): Promise<void> {
    for (const number of this.#channels) await this.#closeChannel(number);
    await this.drop();
  }

  /** Closes the connection without another word to the card. */
  async drop(): Promise<void> {
    this.#open.clear();
    await this.#channel.close();
  }

  async #session<S>(application: CardApplication<S>, afterwards: Afterwards): Promise<S> {
    const found = this.#open.get(application);
    // The map's key decides the type of its value; TypeScript cannot say so.
    if (found !== undefined) return found.session as S;
    const channel = await this.#basic.open();
    if (channel.number > 0) this.#channels.add(channel.number);
    await this.#onChannels(this.channels);
    try {
      const session = await application.open(channel, afterwards);
      this.#open.set(application, { channel, session });
      return session;
    } catch (error) {
      if (error instanceof CardTransportError) this.#channel.fail(error);
      await this.#closeChannel(channel.number);
      throw error;
    }
  }

  async #leave(application: CardApplication<unknown>): Promise<void> {
    const left = this.#open.get(application);
    this.#open.delete(application);
    if (left !== undefined) await this.#closeChannel(left.channel.number);
  }

  async #closeChannel(number: number): Promise<void> {
    if (this.dead) return;
    await this.#basic.close(number).catch(() => undefined);
    this.#channels.delete(number);
  }
}
