import { CodedError, describeError } from "../util/coded-error.ts";
import { type Logger, silentLogger } from "../util/log.ts";
import type { MonotonicClock, Timers } from "../util/time.ts";
import type { CardConnector } from "./card-channel.ts";
import { type Afterwards, type CardApplication, CardConnection } from "./card-connection.ts";
import type { CardObserver, CardOperation, CardOperationKind } from "./card-observer.ts";
import { CardTransportError } from "./card-transport-error.ts";
import { highestLogicalChannel } from "./class-byte.ts";
import { withDeadline } from "./deadline.ts";
import type { ExclusiveLock, HeldLock } from "./exclusive-lock.ts";
import { OperationQueue, type QueueRequest, type Work } from "./operation-queue.ts";

export interface CardServicePorts {
  readonly connector: CardConnector;
  readonly timers: Timers;
  readonly clock: MonotonicClock;
  readonly lock?: ExclusiveLock;
  readonly observer?: CardObserver;
  readonly logger?: Logger;
  /**
   * The longest that one APDU, or connecting, may take whatever the transport says: 60,000 ms when absent. Transports
   * have shorter deadlines of their own; key generation takes seconds.
   */
  readonly apduDeadlineMs?: number;
}

export interface CardRequest extends QueueRequest {
  readonly kind: CardOperationKind;
}

/** How long `close` waits for an operation under way. */
const closeGraceMs = 5_000;

type Operation<S, T> = (session: S, afterwards: Afterwards) => Promise<T>;

/**
 * The one owner of a card. Connects when first needed; operations are atomic and queued. After a transport error the
 * connection is dropped whole, and the next operation connects, opens a logical channel and selects anew.
 */
export class CardService {
  readonly #ports: CardServicePorts;
  readonly #deadlineMs: number;
  readonly #logger: Logger;
  readonly #queue: OperationQueue;
  #connection: CardConnection | undefined;
  #leftOpen: readonly number[] = [];
  #lock: HeldLock | undefined;
  #closed = false;
  #current: { operation: CardOperation; apdus: number } | undefined;

  constructor(ports: CardServicePorts) {
    this.#ports = ports;
    this.#deadlineMs = ports.apduDeadlineMs ?? 60_000;
    this.#logger = ports.logger ?? silentLogger;
    this.#queue = new OperationQueue(ports.timers, () => ports.clock.now());
  }

  /**
   * Runs `operation` on the application's own logical channel, with nothing of ours in between. Rejects with
   * CardTransportError, CardStatusError, or CodedError CARD_CANCELLED, CARD_DEADLINE, CARD_LOCKED, CARD_CLOSED.
   */
  async run<S, T>(application: CardApplication<S>, request: CardRequest, operation: Operation<S, T>): Promise<T> {
    return this.#queue.add(request, this.#work(application, request, operation));
  }

  /** Waits for the operation under way, refuses those waiting, closes our logical channels and frees the lock. */
  async close(): Promise<void> {
    this.#closed = true;
    const graceMs = Math.min(closeGraceMs, this.#deadlineMs);
    await withDeadline(this.#queue.idle(), this.#ports.timers, graceMs, () => new Error("busy")).catch(() => {
      this.#logger.warn("the card is still busy: its channel is left as it is");
      return this.#connection?.drop();
    });
    await withDeadline(this.#leave(), this.#ports.timers, graceMs, () => new Error("busy")).catch(() => undefined);
    await this.#connection?.drop();
    await this.#noteChannels([...this.#leftOpen, ...(this.#connection?.channels ?? [])]);
    this.#connection = undefined;
    await this.#lock?.release();
    this.#lock = undefined;
  }

  #work<S, T>(application: CardApplication<S>, request: CardRequest, operation: Operation<S, T>): Work<T> {
    return async (settle) => {
      const tail: (() => Promise<unknown>)[] = [];
      const afterwards: Afterwards = (work) => void tail.push(work);
      const started = this.#begin(request);
      try {
        const connection = await this.#connected();
        const value = await connection.use(application, afterwards, (session) => operation(session, afterwards));
        this.#report(started, false);
        settle.resolve(value);
      } catch (error) {
        this.#report(started, true);
        settle.reject(error);
      }
      await this.#tidyUp(tail);
    };
  }

  /** A channel that a lost connection left open is worth another connection: until the next reset nobody else has it. */
  async #leave(): Promise<void> {
    if (this.#connection === undefined && this.#leftOpen.length > 0) await this.#connect();
    await this.#connection?.close();
  }

  async #connected(): Promise<CardConnection> {
    if (this.#closed) throw new CodedError("CARD_CLOSED", "the card service is closed");
    return this.#connection ?? this.#connect();
  }

  async #connect(): Promise<CardConnection> {
    await this.#acquireLock();
    const { connector, timers, clock } = this.#ports;
    const apduDeadlineMs = this.#deadlineMs;
    const connecting = connector.connect();
    const channel = await withDeadline(connecting, timers, apduDeadlineMs, () => {
      // A connection that comes too late is nobody's: it must not keep the card.
      connecting.then((late) => late.close()).catch(() => undefined);
      return noConnection(apduDeadlineMs);
    });
    const onApdu = (ins: number, statusWord: number, milliseconds: number) =>
      this.#count({ ins, statusWord, milliseconds });
    const onChannels = (numbers: readonly number[]) => this.#noteChannels(numbers);
    const connection = new CardConnection(channel, { timers, clock, apduDeadlineMs, onApdu, onChannels });
    this.#connection = connection;
    await connection.reclaim(this.#leftOpen);
    this.#leftOpen = [];
    return connection;
  }

  async #acquireLock(): Promise<void> {
    const { lock } = this.#ports;
    if (lock === undefined || this.#lock !== undefined) return;
    this.#lock = await lock.acquire();
    // A process of ours that was killed left these open; a card that another program kept powered still has them.
    this.#leftOpen = channelsOf(this.#lock.inherited);
  }

  async #noteChannels(numbers: readonly number[]): Promise<void> {
    await this.#lock?.note(numbers.join(" "));
  }

  async #tidyUp(tail: readonly (() => Promise<unknown>)[]): Promise<void> {
    for (const work of tail) {
      if (this.#connection === undefined || this.#connection.dead) break;
      await this.#connection
        .attempt(work)
        .catch((error) => this.#logger.debug("tidying up at the card failed", { error: describeError(error) }));
    }
    this.#current = undefined;
    if (!this.#connection?.dead) return;
    this.#leftOpen = [...this.#leftOpen, ...this.#connection.leftOpen];
    await this.#noteChannels(this.#leftOpen);
    await this.#connection.drop();
    this.#connection = undefined;
  }

  #begin({ kind, priority }: CardRequest): number {
    const operation = { kind, priority };
    this.#current = { operation, apdus: 0 };
    this.#ports.observer?.onOperationStart?.(operation);
    return this.#ports.clock.now();
  }

  #count(apdu: { ins: number; statusWord: number; milliseconds: number }): void {
    if (this.#current === undefined) return;
    this.#current.apdus++;
    this.#ports.observer?.onApdu?.(this.#current.operation, apdu);
  }

  #report(started: number, failed: boolean): void {
    if (this.#current === undefined) return;
    const { operation, apdus } = this.#current;
    const milliseconds = this.#ports.clock.now() - started;
    this.#ports.observer?.onOperation?.(operation, { apdus, milliseconds, failed });
  }
}

function channelsOf(note: string): readonly number[] {
  const numbers = note.split(" ").map(Number);
  return numbers.filter((number) => Number.isInteger(number) && number >= 1 && number <= highestLogicalChannel);
}

function noConnection(deadlineMs: number): CardTransportError {
  return new CardTransportError("CARD_UNREACHABLE", `no connection to the card within ${deadlineMs} ms`);
}
