/** Keeps a second process of ours off the card. */
export interface ExclusiveLock {
  /** Rejects with CodedError CARD_LOCKED that names the process holding the card. */
  acquire(): Promise<HeldLock>;
}

export interface HeldLock {
  /** The last note of a holder that is gone and did not take it back; empty when there is none. */
  readonly inherited: string;
  /** Leaves a short text for the next holder, in place of the last one; empty takes it back. Never rejects. */
  note(text: string): Promise<void>;
  release(): Promise<void>;
}
