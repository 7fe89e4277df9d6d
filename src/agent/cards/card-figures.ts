import type { CardObserver, CardOperation, CardOperationKind } from "../../smartcard/card-observer.ts";

/** `startup`: before the first handshake; `handshake`: during the latest; `after`: since it ended. */
export type CardPhase = "startup" | "handshake" | "after";

/** What the card did in one phase. `milliseconds` is the time between command and response, all APDUs together. */
export interface CardPhaseFigures {
  readonly signatures: number;
  readonly keyGenerations: number;
  readonly fileReads: number;
  readonly otherOperations: number;
  readonly apdus: number;
  readonly milliseconds: number;
}

export type CardFigures = Readonly<Record<CardPhase, CardPhaseFigures>>;

const counters = {
  signature: "signatures",
  keyGeneration: "keyGenerations",
  fileRead: "fileReads",
  other: "otherOperations",
} as const satisfies Record<CardOperationKind, keyof CardPhaseFigures>;

const nothing: CardPhaseFigures = {
  signatures: 0,
  keyGenerations: 0,
  fileReads: 0,
  otherOperations: 0,
  apdus: 0,
  milliseconds: 0,
};

/** Counts card operations by phase. What an operation tidies up later counts to the phase it began in. */
export class CardFiguresCounter implements CardObserver {
  readonly #figures: Record<CardPhase, CardPhaseFigures> = { startup: nothing, handshake: nothing, after: nothing };
  readonly #began = new WeakMap<CardOperation, CardPhase>();
  readonly #onOperation: NonNullable<CardObserver["onOperation"]>;
  #phase: CardPhase = "startup";

  /** `onOperation` is told of each finished operation after it was counted. */
  constructor(onOperation: NonNullable<CardObserver["onOperation"]> = () => {}) {
    this.#onOperation = onOperation;
  }

  get phase(): CardPhase {
    return this.#phase;
  }

  get figures(): CardFigures {
    return { ...this.#figures };
  }

  /** A new handshake starts its own count. */
  enterHandshake(): void {
    this.#phase = "handshake";
    this.#figures.handshake = nothing;
    this.#figures.after = nothing;
  }

  leaveHandshake(): void {
    this.#phase = "after";
  }

  onOperationStart(operation: CardOperation): void {
    this.#began.set(operation, this.#phase);
  }

  onApdu(operation: CardOperation, apdu: { milliseconds: number }): void {
    this.#add(operation, "apdus", 1);
    this.#add(operation, "milliseconds", apdu.milliseconds);
  }

  onOperation(operation: CardOperation, result: { apdus: number; milliseconds: number; failed: boolean }): void {
    this.#add(operation, counters[operation.kind], 1);
    this.#onOperation(operation, result);
  }

  #add(operation: CardOperation, counter: keyof CardPhaseFigures, amount: number): void {
    const phase = this.#began.get(operation) ?? this.#phase;
    this.#figures[phase] = { ...this.#figures[phase], [counter]: this.#figures[phase][counter] + amount };
  }
}
