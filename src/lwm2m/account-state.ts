import type { CoapRequest, ObservationOrigin } from "../coap/exchange.ts";
import type { Attached } from "./data-model/attribute-store.ts";
import type { KnownRegistration } from "./registration/registration.ts";

/** An Observe request, as far as the observation follows from it. */
export type ObserveRequest = Pick<
  CoapRequest,
  "method" | "path" | "query" | "accept" | "contentFormat" | "payload" | "options"
>;

export interface KeptObservation {
  readonly request: ObserveRequest;
  readonly origin: ObservationOrigin;
}

/** What a server account knows that a restart must not lose. */
export interface AccountState {
  readonly attributes: readonly Attached[];
  /** Absent: none, or none that a later run could go on with. */
  readonly registration?: KnownRegistration;
  /** Of that registration. */
  readonly observations: readonly KeptObservation[];
}
