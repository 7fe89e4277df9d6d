import type { Block } from "./block-option.ts";
import type { CoapOption, Method } from "./message.ts";

/** A request with its body whole (block-wise transfer is below this). Lists stay lists: a segment may contain '/'. */
export interface CoapRequest {
  readonly method: Method;
  readonly path: readonly string[];
  readonly query: readonly string[];
  readonly contentFormat?: number;
  readonly accept?: number;
  /** 0 registers, 1 cancels (RFC 7641 §2). */
  readonly observe?: number;
  /** Every other option that is not part of message or block layer. */
  readonly options: readonly CoapOption[];
  readonly payload: Uint8Array;
}

/** A response with its body whole. */
export interface CoapResponse {
  /** Code byte, see message.ts. */
  readonly code: number;
  readonly contentFormat?: number;
  readonly payload?: Uint8Array;
  /** Seconds. */
  readonly maxAge?: number;
  readonly locationPath?: readonly string[];
  readonly options?: readonly CoapOption[];
}

/** Why an observation ended: by the peer (Observe=1, RST, replaced), a CON unanswered, or the endpoint closed. */
export type ObservationEnd = "cancelled" | "unreachable" | "closed";

/**
 * What another endpoint with the same peer needs to go on with an observation: the peer still waits for notifications
 * under its token. Plain values, so that it can be kept beside what is observed.
 */
export interface ObservationOrigin {
  readonly token: Uint8Array;
  /** The cache key of the request: the peer asks under it for the later blocks of a large notification. */
  readonly key: string;
  /** The block size that the peer wished for. */
  readonly block?: Block;
  /** Observe of the newest notification: the peer takes the next one only with a later number (RFC 7641 §3.4). */
  readonly sequence: number;
}

/** What a handler may do with an Observe=0 request: keep the observation and notify on it later. */
export interface Observation {
  /** Hex of the token: identifies the observation on this endpoint. */
  readonly id: string;
  /** For `adoptObservation` of a later endpoint; good after the end too. */
  readonly origin: ObservationOrigin;
  /** Sends a notification; a newer one replaces one still queued. A 4.xx or 5.xx response ends the observation. */
  notify(response: CoapResponse, confirmable: boolean): void;
  /** Ends it without a message. */
  end(): void;
  /** Called once, when it ended by no doing of ours. */
  onEnded(listener: (cause: ObservationEnd) => void): void;
}

/** Takes the body of one request block by block as it comes, for bodies too large to be held. */
export interface BodySink {
  /** The next bytes, in order. The peer is asked for more when this resolves; a response ends the transfer with it. */
  append(bytes: Uint8Array): Promise<CoapResponse | undefined>;
  /** Every byte came: answers the request. */
  finish(): Promise<CoapResponse>;
  /** The rest will not come: the peer began anew, fell silent, lost the thread or left. */
  abandon(reason: string): void;
}

/**
 * Answers one request. Called once per request whatever is retransmitted. With Observe=0 `observe` is given: a handler
 * that calls it before it resolves accepts the observation, and a 2.xx response then carries the Observe option.
 */
export interface RequestHandler {
  (request: CoapRequest, observe: (() => Observation) | undefined): Promise<CoapResponse> | CoapResponse;
  /**
   * Asked at the first of several blocks; the payload is empty and `announced` is Size1. Gives a sink for the body, or
   * the response that refuses it; undefined: the body is collected, and the handler called when it is whole.
   */
  readonly openBody?: (request: CoapRequest, announced: number | undefined) => BodySink | CoapResponse | undefined;
}
