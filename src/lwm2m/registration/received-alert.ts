/**
 * The server will not have this client, and does not when asked again (OMA LwM2M Transport 1.2 §5.2.10): bad_certificate
 * to certificate_unknown, unknown_ca, access_denied (RFC 5246 §7.2), unrecognized_name to unknown_psk_identity (RFC 6066,
 * RFC 4279).
 */
const final: ReadonlySet<number> = new Set([42, 43, 44, 45, 46, 48, 49, 112, 113, 114, 115]);

/** The TLS alert that the peer sent, of this error or of one of its causes; our own alerts are none. */
export function receivedAlert(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && error.code === "ALERT_RECEIVED" && "alert" in error && typeof error.alert === "number")
    return error.alert;
  for (const inner of causesOf(error)) {
    const alert = receivedAlert(inner);
    if (alert !== undefined) return alert;
  }
  return undefined;
}

/** Whether another attempt is of no use after this alert. */
export function isFinalAlert(alert: number | undefined): boolean {
  return alert !== undefined && final.has(alert);
}

/** An association that failed at several addresses holds an error for each. */
function causesOf(error: Error): readonly unknown[] {
  const errors = "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  const failed = "failed" in error && Array.isArray(error.failed) ? error.failed : [];
  return [error.cause, ...errors, ...failed.map(errorOf)];
}

function errorOf(failed: unknown): unknown {
  return typeof failed === "object" && failed !== null && "error" in failed ? failed.error : undefined;
}
