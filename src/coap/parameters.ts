import type { BlockSize } from "./block-option.ts";

/** RFC 7252 §4.8 and our own bounds. All times in milliseconds. */
export interface CoapParameters {
  /** ACK_TIMEOUT. */
  readonly ackTimeoutMs: number;
  /** ACK_RANDOM_FACTOR. */
  readonly ackRandomFactor: number;
  /** MAX_RETRANSMIT. */
  readonly maxRetransmit: number;
  /** NSTART: confirmable messages under way at once. */
  readonly nstart: number;
  /** MAX_LATENCY. */
  readonly maxLatencyMs: number;
  /** How long a handler may take before its confirmable request is acknowledged on its own. */
  readonly emptyAckDelayMs: number;
  /** How long a response may take after the request was acknowledged (or, non-confirmable, sent). */
  readonly responseTimeoutMs: number;
  /** Length of our tokens. */
  readonly tokenBytes: number;
  /** Preferred block size in both directions; less than 1024 where the path carries no such datagram. */
  readonly blockSize: BlockSize;
  /** Largest body taken from the peer, as request or as response. */
  readonly maxBodyBytes: number;
  /** Unfinished request bodies, and response bodies kept for their later blocks. */
  readonly maxTransfers: number;
  /** Requests in the handler at once. */
  readonly maxConcurrentRequests: number;
  readonly maxObservations: number;
  /** Confirmable messages waiting for NSTART. */
  readonly maxQueuedMessages: number;
  /** Message IDs of the peer remembered to recognize duplicates, and the bytes of the replies kept for them. */
  readonly maxRememberedMessages: number;
  readonly maxRememberedBytes: number;
}

export const defaultParameters: CoapParameters = {
  ackTimeoutMs: 2000,
  ackRandomFactor: 1.5,
  maxRetransmit: 4,
  nstart: 1,
  maxLatencyMs: 100_000,
  emptyAckDelayMs: 250,
  responseTimeoutMs: 93_000,
  tokenBytes: 4,
  blockSize: 1024,
  maxBodyBytes: 1024 * 1024,
  maxTransfers: 8,
  maxConcurrentRequests: 32,
  maxObservations: 64,
  maxQueuedMessages: 64,
  maxRememberedMessages: 2048,
  maxRememberedBytes: 256 * 1024,
};

/** MAX_TRANSMIT_SPAN (RFC 7252 §4.8.2). */
function maxTransmitSpanMs(p: CoapParameters): number {
  return p.ackTimeoutMs * (2 ** p.maxRetransmit - 1) * p.ackRandomFactor;
}

/** EXCHANGE_LIFETIME: how long a Message ID of a confirmable message stays taken. PROCESSING_DELAY is ACK_TIMEOUT. */
export function exchangeLifetimeMs(p: CoapParameters): number {
  return maxTransmitSpanMs(p) + 2 * p.maxLatencyMs + p.ackTimeoutMs;
}

/** NON_LIFETIME. */
export function nonLifetimeMs(p: CoapParameters): number {
  return maxTransmitSpanMs(p) + p.maxLatencyMs;
}
