/** A position (WGS 84) as a receiver gave it. */
export interface Fix {
  /** Degrees north. */
  readonly latitude: number;
  /** Degrees east. */
  readonly longitude: number;
  /** Metres above sea level. */
  readonly altitude?: number;
  /** Metres around the position within which the device is. */
  readonly radius?: number;
  /** As 3GPP TS 23.032 encodes it. */
  readonly velocity?: Uint8Array;
  /** Metres a second. */
  readonly speed?: number;
  /** Seconds since 1970 UTC at which the position was taken. */
  readonly timestamp: number;
}

/** Where the Location object (/6) learns where the device is. */
export interface LocationPort {
  /** The last position; undefined before the first. */
  fix(): Fix | undefined | Promise<Fix | undefined>;
  /** Calls back after each new position. Absent: it is asked for now and then. */
  onChange?(listener: () => void): () => void;
}
