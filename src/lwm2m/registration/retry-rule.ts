/** What follows a failed attempt. */
export interface Retry {
  /** Until the next attempt. */
  readonly milliseconds: number;
  /** The attempt was the last of a communication sequence: whoever waits for this server goes on without it. */
  readonly sequenceEnded: boolean;
}

/** How often and when a server is tried again. */
export interface RetryRule {
  /** Failed attempts since the start or the last reset. */
  readonly attempts: number;
  /** Undefined: all attempts are used up, registration has failed. */
  next(): Retry | undefined;
  /** After a success, or when it is all to begin anew. */
  reset(): void;
}
