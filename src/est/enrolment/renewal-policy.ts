import { sha256 } from "../../crypto/hash.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { ByteReader } from "../../util/bytes.ts";
import type { HeldCertificate } from "./enrolment-record.ts";

/** When a certificate is followed by another one. */
export interface RenewalPolicy {
  /** Part of the time from its proof to its end that a certificate is used for. */
  readonly nominalUsage: number;
  /** But it is renewed no earlier than this before its end. At least three times the longest time without a network. */
  readonly maxMarginMs: number;
  /** Each device renews earlier by 0 to this part of what is left then, so that a fleet does not come all at once. */
  readonly jitter: number;
  /** Renewals and attempts are never closer together. */
  readonly floorMs: number;
}

export const defaultRenewalPolicy: RenewalPolicy = {
  nominalUsage: 0.9,
  maxMarginMs: 30 * 24 * 3_600_000,
  jitter: 0.1,
  floorMs: 10 * 60_000,
};

/** RFC 5280 §4.1.2.5: 99991231235959Z stands for "has no end". */
const noEnd = 253_402_300_799_000;

/**
 * Milliseconds since 1970 at which the certificate should be renewed; undefined for one that has no end. The jitter comes
 * from the certificate itself: it is the same after every restart, and another one for every device.
 */
export function renewalTime({ chain: [leaf], since }: HeldCertificate, policy: RenewalPolicy): number | undefined {
  if (!leaf) return undefined;
  const { notBefore, notAfter } = parseCertificate(leaf);
  if (notAfter >= noEnd) return undefined;
  // A proof under a wrong clock may be dated outside the certificate's life.
  const from = since >= notBefore && since < notAfter ? since : notBefore;
  const byUsage = from + policy.nominalUsage * (notAfter - from);
  const nominal = Math.max(byUsage, notAfter - policy.maxMarginMs);
  return Math.round(nominal - policy.jitter * fractionOf(leaf) * (notAfter - nominal));
}

/** 0 to 1, evenly over certificates. */
function fractionOf(leaf: Uint8Array): number {
  return new ByteReader(sha256(leaf), "digest").uint32() / 2 ** 32;
}
