import type { Block } from "../coap/block-option.ts";
import type { DatagramTransport } from "../coap/datagram-transport.ts";
import { type BlockResponse, CoapEndpoint } from "../coap/endpoint.ts";
import type { CoapRequest, CoapResponse, Observation, ObservationOrigin, RequestHandler } from "../coap/exchange.ts";
import type { CoapParameters } from "../coap/parameters.ts";
import type { Entropy } from "../crypto/ports.ts";
import type { DtlsSession } from "../dtls/connection.ts";
import type { Logger } from "../util/log.ts";
import type { MonotonicClock, Timers } from "../util/time.ts";
import type { Association } from "./association.ts";
import type { Traffic } from "./counted-path.ts";

/** A transport that can be closed from our side. `reason`: what its listener is told; none after an orderly end. */
export interface ClosableTransport extends DatagramTransport {
  close(reason?: Error): void;
}

export interface CoapAssociationOptions {
  readonly transport: ClosableTransport;
  readonly handle: RequestHandler;
  readonly peer: string;
  readonly session?: DtlsSession;
  readonly traffic?: Traffic;
  readonly parameters?: Partial<CoapParameters>;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
}

/** One CoAP endpoint over one transport. */
export class CoapAssociation implements Association {
  readonly session?: DtlsSession;
  readonly peer: string;
  readonly traffic?: Traffic;
  readonly #endpoint: CoapEndpoint;
  readonly #transport: ClosableTransport;
  #closed: { readonly error?: Error } | undefined;
  readonly #listeners: ((error?: Error) => void)[] = [];

  constructor({ peer, session, traffic, transport, ...options }: CoapAssociationOptions) {
    this.peer = peer;
    if (session) this.session = session;
    if (traffic) this.traffic = traffic;
    this.#transport = transport;
    this.#endpoint = new CoapEndpoint({ ...options, transport: this.#watched(transport) });
  }

  /** For what is beyond one request: observing as a client, pings. */
  get endpoint(): CoapEndpoint {
    return this.#endpoint;
  }

  send(request: CoapRequest, signal?: AbortSignal): Promise<CoapResponse> {
    return this.#endpoint.send(request, signal && { signal });
  }

  adoptObservation(origin: ObservationOrigin): Observation | undefined {
    return this.#endpoint.adoptObservation(origin);
  }

  fetchBlock(request: CoapRequest, block: Block, signal?: AbortSignal): Promise<BlockResponse> {
    return this.#endpoint.fetchBlock(request, block, signal && { signal });
  }

  onClosed(listener: (error?: Error) => void): void {
    if (this.#closed) listener(this.#closed.error);
    else this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  /** As `close`, for a reason that the listeners of `onClosed` hear. */
  abandon(reason: Error): void {
    this.#transport.close(reason);
  }

  /** A transport has one listener for its end; ours comes after the endpoint's. */
  #watched(transport: DatagramTransport): DatagramTransport {
    return {
      send: (datagram) => transport.send(datagram),
      onDatagram: (listener) => transport.onDatagram(listener),
      onClosed: (listener) =>
        transport.onClosed((error) => {
          listener(error);
          this.#closed = error ? { error } : {};
          for (const each of this.#listeners.splice(0)) each(error);
        }),
    };
  }
}
