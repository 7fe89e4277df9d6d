import { AssociationError } from "../../association/association-error.ts";

/** bad_certificate to certificate_unknown, unknown_ca, access_denied, certificate_required (RFC 5246 §7.2, RFC 8446 §6). */
const alerts: ReadonlySet<number> = new Set([42, 43, 44, 45, 46, 48, 49, 116]);

/**
 * Whether an error says that the peer took none of our certificate: an alert that it sent, here or among the causes. The
 * same alerts sent by us (CERTIFICATE_REFUSED) are about its certificate.
 */
export function isIdentityRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && error.code === "ALERT_RECEIVED" && "alert" in error && typeof error.alert === "number")
    return alerts.has(error.alert);
  return innerErrors(error).some(isIdentityRefused);
}

function innerErrors(error: Error): readonly unknown[] {
  if (error instanceof AssociationError) return error.failed.map((each) => each.error);
  return error instanceof AggregateError ? error.errors : [error.cause];
}
