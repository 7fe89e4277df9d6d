/** Keeps a second process of ours off the card. */
export interface ExclusiveLock {
  /** Rejects with CodedError CARD_LOCKED that names the process holding the card. */
  acquire(): Promise<HeldLock>;
}

export interface HeldLock {
  release(): Promise<void>;
}
