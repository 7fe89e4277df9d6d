import type { DtlsConnection, DtlsEvent, DtlsSession, Need } from "../../src/dtls/connection.ts";
import type { DtlsError } from "../../src/dtls/dtls-error.ts";
import type { Answerer } from "./dtls-identity.ts";
import { SeededRandom } from "./seeded-random.ts";

export interface NetworkConditions {
  /** Chances of one datagram, each way. */
  readonly loss?: number;
  readonly duplication?: number;
  /** A delay drawn between these, so that datagrams overtake each other. */
  readonly minDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly seed?: number;
}

export interface Party {
  readonly connection: DtlsConnection;
  readonly answer: Answerer;
  /** How long an answer takes. */
  readonly answerDelayMs?: (need: Need) => number;
}

/** What one side has seen. */
export class Observer {
  readonly events: DtlsEvent[] = [];

  get session(): DtlsSession | undefined {
    return this.events.find((event) => event.type === "connected")?.session;
  }

  get closed(): { readonly error?: DtlsError } | undefined {
    return this.events.find((event) => event.type === "closed");
  }

  get error(): DtlsError | undefined {
    return this.closed?.error;
  }

  get data(): readonly Uint8Array[] {
    return this.events.flatMap((event) => (event.type === "data" ? [event.plaintext] : []));
  }

  needs(kind: Need["kind"]): number {
    return this.events.filter((event) => event.type === "need" && event.need.kind === kind).length;
  }
}

export type Side = "client" | "server";

interface Scheduled {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Two connections and the network between them in virtual time; nothing waits, everything is repeatable by its seed. */
export class DtlsSimulation {
  now = 0;
  readonly observers: Record<Side, Observer> = { client: new Observer(), server: new Observer() };
  /** Every datagram sent, lost ones included. */
  readonly sent: { readonly from: Side; readonly at: number; readonly datagram: Uint8Array }[] = [];
  /** May replace what is delivered; an empty list loses it. */
  intercept: (from: Side, datagram: Uint8Array) => readonly Uint8Array[] = (_, datagram) => [datagram];
  readonly #parties: Record<Side, Party>;
  readonly #conditions: NetworkConditions;
  readonly #random: SeededRandom;
  #queue: Scheduled[] = [];
  #order = 0;

  constructor(client: Party, server: Party, conditions: NetworkConditions = {}) {
    this.#parties = { client, server };
    this.#conditions = conditions;
    this.#random = new SeededRandom(conditions.seed ?? 1);
  }

  /** Runs until nothing is left to do or `untilMs` has come. */
  run(untilMs = Number.POSITIVE_INFINITY): void {
    this.pump();
    for (let next = this.#earliest(); next && next.at <= untilMs; next = this.#earliest()) {
      this.now = Math.max(this.now, next.at);
      next.run();
      this.pump();
    }
    if (untilMs !== Number.POSITIVE_INFINITY) this.now = Math.max(this.now, untilMs);
  }

  /** Gives a datagram to one side now, as if from the network. */
  inject(to: Side, datagram: Uint8Array): void {
    this.#parties[to].connection.handleDatagram(datagram, this.now);
    this.pump();
  }

  /** Takes what both connections want sent and asked. */
  pump(): void {
    this.#drain("client", "server");
    this.#drain("server", "client");
  }

  #earliest(): Scheduled | undefined {
    let earliest: Scheduled | undefined;
    for (const entry of this.#queue) {
      if (!earliest || entry.at < earliest.at || (entry.at === earliest.at && entry.order < earliest.order)) {
        earliest = entry;
      }
    }
    const timeout = this.#earliestTimeout();
    if (timeout && (!earliest || timeout.at < earliest.at)) return timeout;
    this.#queue = this.#queue.filter((entry) => entry !== earliest);
    return earliest;
  }

  #earliestTimeout(): Scheduled | undefined {
    const timeouts = (["client", "server"] as const).flatMap((side) => {
      const { connection } = this.#parties[side];
      const at = connection.nextDeadline();
      return at === undefined ? [] : [{ at, order: 0, run: () => connection.handleTime(this.now) }];
    });
    return timeouts.sort((a, b) => a.at - b.at)[0];
  }

  #drain(from: Side, to: Side): void {
    const { connection } = this.#parties[from];
    for (let datagram = connection.nextDatagram(); datagram; datagram = connection.nextDatagram()) {
      this.sent.push({ from, at: this.now, datagram });
      for (const delivered of this.intercept(from, datagram)) this.#carry(to, delivered);
    }
    for (let event = connection.nextEvent(); event; event = connection.nextEvent()) {
      this.observers[from].events.push(event);
      if (event.type === "need") this.#answer(from, event.id, event.need);
    }
  }

  #carry(to: Side, datagram: Uint8Array): void {
    const { loss = 0, duplication = 0, minDelayMs = 0, maxDelayMs = minDelayMs } = this.#conditions;
    const copies = this.#random.next() < duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#random.next() < loss) continue;
      const delay = minDelayMs + this.#random.next() * (maxDelayMs - minDelayMs);
      this.#schedule(delay, () => this.#parties[to].connection.handleDatagram(datagram, this.now));
    }
  }

  #answer(side: Side, id: number, need: Need): void {
    const { connection, answer, answerDelayMs } = this.#parties[side];
    this.#schedule(answerDelayMs?.(need) ?? 0, () => {
      const given = answer(need);
      if (given) connection.resume(id, given, this.now);
      else connection.refuse(id, new Error(`${need.kind} refused by the test`), this.now);
    });
  }

  #schedule(delayMs: number, run: () => void): void {
    this.#queue.push({ at: this.now + delayMs, order: this.#order++, run });
  }
}
