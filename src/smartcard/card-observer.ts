export type CardOperationKind = "signature" | "keyGeneration" | "fileRead" | "other";

/** Whose operation goes first: a peer is waiting in a handshake, EST can wait, a person at a terminal waits last. */
export type CardPriority = "handshake" | "est" | "cli";

/** One atomic use of the card. The same object is given to each listener, so it can serve as a key. */
export interface CardOperation {
  readonly kind: CardOperationKind;
  readonly priority: CardPriority;
}

/** Counts and times what the card does. Listeners must not throw. Times in milliseconds. */
export interface CardObserver {
  /** The operation has left the queue. */
  onOperationStart?(operation: CardOperation): void;
  /** A response APDU has come. Connecting and selecting are counted to the operation that needed it. */
  onApdu?(operation: CardOperation, apdu: { ins: number; statusWord: number; milliseconds: number }): void;
  /** The answer is there (or the error). What the operation tidies up afterwards still comes through `onApdu`. */
  onOperation?(operation: CardOperation, result: { apdus: number; milliseconds: number; failed: boolean }): void;
}
