type MaybePromise<T> = T | Promise<T>;

/** What Connectivity Monitoring (/4) shows of the network. An absent member is a resource that is not offered. */
export interface ConnectivityPort {
  /** From the bearer list of the object: 0..20 cellular, 21..40 wireless, 41..50 wired. */
  bearer(): MaybePromise<number>;
  availableBearers(): MaybePromise<readonly number[]>;
  /** dBm; 0 is shown where the bearer has none. */
  signalStrength?(): MaybePromise<number | undefined>;
  linkQuality?(): MaybePromise<number | undefined>;
  ipAddresses(): MaybePromise<readonly string[]>;
  routerAddresses?(): MaybePromise<readonly string[]>;
  /** Percent. */
  linkUtilization?(): MaybePromise<number | undefined>;
  apn?(): MaybePromise<readonly string[]>;
  cell?(): MaybePromise<Cell | undefined>;
  /** dB */
  signalToNoise?(): MaybePromise<number | undefined>;
}

/** The serving cell. */
export interface Cell {
  readonly cellId?: number;
  readonly mobileNetworkCode?: number;
  readonly mobileCountryCode?: number;
  readonly locationAreaCode?: number;
  /** 0..4 */
  readonly coverageEnhancement?: number;
}
