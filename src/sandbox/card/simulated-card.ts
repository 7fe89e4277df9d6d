/** What happens to a card's contacts. Each of them ends selections, logical channels and sessions. */
export type PowerEvent = "on" | "off" | "reset";

/** A card as a reader sees it. The virtual SIM is one; FaultInjector wraps one. */
export interface SimulatedCard {
  /** Answer to reset (ISO 7816-3 §8). */
  readonly atr: Uint8Array;
  /** False while the card is pulled out of its reader. */
  readonly present: boolean;
  power(event: PowerEvent): void;
  /**
   * One command, one response of at least 2 bytes. Rejects with a CardTransportError when the card is pulled or reset
   * meanwhile: only a fault does that.
   */
  exchange(command: Uint8Array): Promise<Uint8Array>;
}
