import type { CardChannel } from "./card-channel.ts";
import { CardTransportError } from "./card-transport-error.ts";
import { GuardedChannel, type GuardedChannelPorts } from "./guarded-channel.ts";
import { LogicalChannel } from "./logical-channel.ts";

/** What has to be done on a fresh logical channel before an application can be used: select it, learn its habits. */
export interface CardApplication<S> {
  /** For messages, for example "IoT SAFE". */
  readonly name: string;
  /** `afterwards`: work that can wait until the first operation has its answer. */
  open(channel: LogicalChannel, afterwards: Afterwards): Promise<S>;
}

/** Adds work to be done after the answer was given and before the next operation. Its errors are only logged. */
export type Afterwards = (work: () => Promise<unknown>) => void;

interface OpenApplication {
  readonly channel: LogicalChannel;
  readonly session: unknown;
}

/** One connection to a card with a logical channel for each application in use. Lost as a whole, never mended. */
export class CardConnection {
  readonly #channel: GuardedChannel;
  readonly #basic: LogicalChannel;
  readonly #open = new Map<CardApplication<unknown>, OpenApplication>();

  constructor(channel: CardChannel, ports: GuardedChannelPorts) {
    this.#channel = new GuardedChannel(channel, ports);
    this.#basic = new LogicalChannel((command) => this.#channel.transmit(command), 0);
  }

  get dead(): boolean {
    return this.#channel.dead;
  }

  /** Logical channels that are ours now. */
  get channels(): readonly number[] {
    return [...this.#open.values()].map(({ channel }) => channel.number);
  }

  /** Runs with the application selected; opens its logical channel first where there is none yet. */
  use<S, T>(
    application: CardApplication<S>,
    afterwards: Afterwards,
    operation: (session: S) => Promise<T>,
  ): Promise<T> {
    return this.attempt(async () => operation(await this.#session(application, afterwards)));
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
    for (const number of this.channels) {
      if (!this.dead) await this.#basic.close(number).catch(() => undefined);
    }
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
    try {
      const session = await application.open(channel, afterwards);
      this.#open.set(application, { channel, session });
      return session;
    } catch (error) {
      if (!this.dead) await this.#basic.close(channel.number).catch(() => undefined);
      throw error;
    }
  }
}
