import { CodedError } from "../../util/coded-error.ts";

/** Why a package cannot be had; each object has a result code for each. */
export type DeliveryFailure =
  | "no-space"
  | "no-memory"
  | "connection-lost"
  | "integrity"
  | "package-type"
  | "bad-address"
  | "unsupported-protocol";

/** A delivery that failed for good: to try again would give the same. */
export class DeliveryError extends CodedError {
  readonly failure: DeliveryFailure;

  constructor(failure: DeliveryFailure, message: string, options?: ErrorOptions) {
    super(`DELIVERY_${failure.toUpperCase().replaceAll("-", "_")}`, message, options);
    this.failure = failure;
  }
}
