import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { IssuedCertificate, RawExtension } from "./certificates.ts";

export interface CrlOptions {
  readonly issuer: IssuedCertificate;
  /** The issuer when absent. */
  readonly signer?: IssuedCertificate;
  readonly entries?: x509.X509CrlEntryParams[];
  readonly thisUpdate?: string;
  readonly nextUpdate?: string | "none";
  readonly extensions?: readonly RawExtension[];
}

/** A certificate revocation list in DER; good on 2026-06-01 when it says nothing else. */
export async function makeCrl(options: CrlOptions): Promise<Uint8Array> {
  const { issuer, signer = issuer, nextUpdate = "2026-07-01T00:00:00Z" } = options;
  const made = await x509.X509CrlGenerator.create({
    issuer: issuer.certificate.subject,
    thisUpdate: new Date(options.thisUpdate ?? "2026-05-15T00:00:00Z"),
    ...(nextUpdate !== "none" && { nextUpdate: new Date(nextUpdate) }),
    entries: options.entries ?? [],
    extensions: (options.extensions ?? []).map(
      ({ oid, critical, value }) => new x509.Extension(oid, critical, Uint8Array.from(value).buffer),
    ),
    signingKey: signer.keys.privateKey,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
  });
  return new Uint8Array(made.rawData);
}
