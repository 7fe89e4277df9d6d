import type { Block } from "../coap/block-option.ts";
import type { BlockResponse } from "../coap/endpoint.ts";
import type { CoapRequest, CoapResponse, Observation, ObservationOrigin } from "../coap/exchange.ts";
import type { DtlsSession } from "../dtls/connection.ts";

/** One secured or plain CoAP endpoint with a peer, established. What lwm2m and est see of the network. */
export interface Association {
  /** Absent for NoSec. */
  readonly session?: DtlsSession;
  /** "address:port" or "[address]:port" of the peer, for log lines. */
  readonly peer: string;
  /** Bytes of datagrams since the association was made, where it counts them. */
  readonly traffic?: { readonly bytesSent: number; readonly bytesReceived: number };
  /** Sends a request and resolves with the response; rejects with a CodedError on time-out, RST or close. */
  send(request: CoapRequest, signal?: AbortSignal): Promise<CoapResponse>;
  /**
   * Goes on, under its old token, with an observation that the peer registered over an earlier association. Only after
   * `session.resumed`: under a new security context the peer has forgotten it. Undefined: the peer has registered anew
   * under that token, or there are too many.
   */
  adoptObservation(origin: ObservationOrigin): Observation | undefined;
  /** One block of a response, for bodies that are kept elsewhere than in memory; rejects as `send` does. */
  fetchBlock?(request: CoapRequest, block: Block, signal?: AbortSignal): Promise<BlockResponse>;
  /** Each is called once, when the association is gone: peer closed, fatal alert, or `close`. */
  onClosed(listener: (error?: Error) => void): void;
  /** Sends close_notify where there is one and frees the path. */
  close(): Promise<void>;
}
