import type { CertificateRefusalCode } from "../credentials/ports/certificate-verifier.ts";
import { ByteReader } from "../util/bytes.ts";
import type { DtlsErrorCode } from "./dtls-error.ts";

/** AlertDescription (RFC 5246 §7.2, RFC 4279 §6, RFC 6066 §9, RFC 7301 §3.2 and others); names are the RFCs'. */
export const AlertDescription = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  decryption_failed: 21,
  record_overflow: 22,
  decompression_failure: 30,
  handshake_failure: 40,
  no_certificate: 41,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  export_restriction: 60,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  no_renegotiation: 100,
  missing_extension: 109,
  unsupported_extension: 110,
  certificate_unobtainable: 111,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  bad_certificate_hash_value: 114,
  unknown_psk_identity: 115,
  certificate_required: 116,
  no_application_protocol: 120,
} as const;
export type AlertDescription = (typeof AlertDescription)[keyof typeof AlertDescription];

export const AlertLevel = { warning: 1, fatal: 2 } as const;

/** Alert (RFC 5246 §7.2), two bytes. */
export interface Alert {
  readonly level: number;
  readonly description: number;
}

export function decodeAlert(payload: Uint8Array): Alert {
  const reader = new ByteReader(payload, "Alert");
  const level = reader.uint8();
  const description = reader.uint8();
  reader.end();
  return { level, description };
}

export function encodeAlert({ level, description }: Alert): Uint8Array {
  return Uint8Array.of(level, description);
}

const names = new Map<number, string>(Object.entries(AlertDescription).map(([name, code]) => [code, name]));

/** For people: `bad_certificate (42)`. */
export function alertName(description: number): string {
  const name = names.get(description);
  return name ? `${name} (${description})` : `alert ${description}`;
}

/** What the peer is told when an error has no alert of its own; undefined: nothing is sent. */
export function alertForCode(code: DtlsErrorCode): AlertDescription | undefined {
  return alertsByCode[code];
}

const alertsByCode: Readonly<Record<DtlsErrorCode, AlertDescription | undefined>> = {
  PEER_MALFORMED: AlertDescription.decode_error,
  PEER_MISBEHAVED: AlertDescription.illegal_parameter,
  NOTHING_IN_COMMON: AlertDescription.handshake_failure,
  CERTIFICATE_REFUSED: AlertDescription.bad_certificate,
  ALERT_RECEIVED: undefined,
  HANDSHAKE_TIMEOUT: undefined,
  NEED_FAILED: AlertDescription.internal_error,
  NEED_TIMEOUT: AlertDescription.internal_error,
  NOT_CONNECTED: undefined,
  SEQUENCE_EXHAUSTED: undefined,
  CLOSED: undefined,
};

/** The alert that says why a certificate was refused, as near as RFC 5246 §7.2.2 lets us. */
export const alertForRefusal: Readonly<Record<CertificateRefusalCode, AlertDescription>> = {
  expired: AlertDescription.certificate_expired,
  "not-yet-valid": AlertDescription.certificate_expired,
  untrusted: AlertDescription.unknown_ca,
  "bad-signature": AlertDescription.bad_certificate,
  "not-a-ca": AlertDescription.bad_certificate,
  "path-length": AlertDescription.bad_certificate,
  "key-usage": AlertDescription.unsupported_certificate,
  "extended-key-usage": AlertDescription.unsupported_certificate,
  "unknown-critical-extension": AlertDescription.unsupported_certificate,
  "name-constraints": AlertDescription.bad_certificate,
  "name-mismatch": AlertDescription.certificate_unknown,
  "pin-mismatch": AlertDescription.certificate_unknown,
  "weak-algorithm": AlertDescription.bad_certificate,
  revoked: AlertDescription.certificate_revoked,
  malformed: AlertDescription.bad_certificate,
  "too-complex": AlertDescription.certificate_unknown,
};
