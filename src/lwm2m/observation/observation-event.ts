/** Why nothing is notified now: the device sleeps and can wake up, or there is no way to the server. */
export type HoldReason = "asleep" | "away";

export type ObservationEvent =
  | { readonly type: "observing"; readonly path: string }
  | { readonly type: "notified"; readonly path: string; readonly confirmable: boolean }
  | { readonly type: "observation-ended"; readonly path: string; readonly reason: string };

/** One observation as `status` shows it. */
export interface ObservationStatus {
  /** Several are joined by a space. */
  readonly path: string;
  /** MonotonicClock milliseconds of the next look, where time alone sets one off. */
  readonly nextAt?: number;
  /** Kept until the server can be told. */
  readonly stored: number;
}
