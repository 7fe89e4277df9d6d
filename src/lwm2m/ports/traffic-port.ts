/** Totals since some start that only grow; they may start again at 0. */
export interface TrafficCounts {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly smsSent?: number;
  readonly smsReceived?: number;
}

/** Where Connectivity Statistics (/7) counts. */
export interface TrafficPort {
  /** Must not reject. */
  counts(): TrafficCounts | Promise<TrafficCounts>;
}
