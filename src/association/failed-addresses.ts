import { DtlsError } from "../dtls/dtls-error.ts";
import { describeError } from "../util/coded-error.ts";
import { addressText } from "../util/network.ts";
import { AssociationError, type AssociationErrorCode, type FailedAddress } from "./association-error.ts";
import type { ServerUri } from "./server-uri.ts";

/** One error out of the errors of all addresses. */
export function failedEverywhere(uri: ServerUri, failed: readonly FailedAddress[]): AssociationError {
  const code = mostTelling(failed.map(({ error }) => codeOf(error)));
  const reasons = failed.map(({ address, error }) => `${addressText(address)}: ${describeError(error)}`);
  const why = reasons.join("; ") || "the name has no address";
  return new AssociationError(code, `cannot connect to ${uri.text}: ${why}`, failed);
}

function codeOf(error: Error): AssociationErrorCode {
  if (!(error instanceof DtlsError)) return "SERVER_UNREACHABLE";
  if (error.code === "CERTIFICATE_REFUSED") return "SERVER_NOT_TRUSTED";
  return error.code === "NEED_FAILED" || error.code === "NEED_TIMEOUT" ? "CREDENTIAL_FAILED" : "SERVER_UNREACHABLE";
}

/** What a person can act on comes before "no answer". */
function mostTelling(codes: readonly AssociationErrorCode[]): AssociationErrorCode {
  const order: readonly AssociationErrorCode[] = ["CREDENTIAL_FAILED", "SERVER_NOT_TRUSTED"];
  return order.find((code) => codes.includes(code)) ?? "SERVER_UNREACHABLE";
}
