import { equalBytes } from "../util/bytes.ts";
import { contextConstructed, contextPrimitive, DerReader, DerTag } from "./der.ts";
import { bitStringBytes, integerBytes, smallInteger, timeOf } from "./der-values.ts";
import { type DistinguishedName, readName } from "./distinguished-name.ts";
import { type Extensions, readExtensions } from "./extensions.ts";

/** An X.509 certificate (RFC 5280 §4.1), read and not yet believed. */
export interface Certificate {
  readonly der: Uint8Array;
  /** What the signature covers. */
  readonly tbs: Uint8Array;
  /** 1, 2 or 3. */
  readonly version: number;
  /** Two's complement, big-endian. */
  readonly serialNumber: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** Milliseconds since 1970; both ends belong to the validity. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly extensions: Extensions;
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/** Longer ones are refused unread: no certificate for a constrained device comes near. */
export const maxCertificateLength = 16 * 1024;

/** Strict DER with nothing after it. Throws DecodeError. */
export function parseCertificate(der: Uint8Array): Certificate {
  const file = new DerReader(der, "certificate");
  if (der.length > maxCertificateLength) file.fail(`longer than ${maxCertificateLength} bytes`);
  const outer = file.enter(DerTag.sequence);
  file.end();
  const tbs = outer.take(DerTag.sequence);
  const signatureAlgorithm = outer.take(DerTag.sequence).whole;
  const signature = bitStringBytes(outer.take(DerTag.bitString));
  outer.end();
  return { der, tbs: tbs.whole, signature, ...readTbs(outer.inside(tbs), signatureAlgorithm), signatureAlgorithm };
}

type TbsCertificate = Omit<Certificate, "der" | "tbs" | "signature" | "signatureAlgorithm">;

function readTbs(tbs: DerReader, signatureAlgorithm: Uint8Array): TbsCertificate {
  const version = readVersion(tbs);
  const serialNumber = integerBytes(tbs.take(DerTag.integer));
  if (!equalBytes(tbs.take(DerTag.sequence).whole, signatureAlgorithm)) tbs.fail("two different signature algorithms");
  const issuer = readName(tbs);
  const validity = tbs.enter(DerTag.sequence);
  const [notBefore, notAfter] = [timeOf(validity.next()), timeOf(validity.next())];
  validity.end();
  const subject = readName(tbs);
  const publicKey = tbs.take(DerTag.sequence).whole;
  const extensions = readOptionalFields(tbs, version);
  tbs.end();
  return { version, serialNumber, issuer, subject, notBefore, notAfter, publicKey, extensions };
}

function readVersion(tbs: DerReader): number {
  const explicit = tbs.optional(contextConstructed(0));
  if (!explicit) return 1;
  const inner = tbs.inside(explicit);
  const value = smallInteger(inner.take(DerTag.integer));
  inner.end();
  return value === 1 || value === 2 ? value + 1 : tbs.fail("no such certificate version");
}

function readOptionalFields(tbs: DerReader, version: number): Extensions {
  const issuerUniqueId = tbs.optional(contextPrimitive(1));
  const subjectUniqueId = tbs.optional(contextPrimitive(2));
  if ((issuerUniqueId || subjectUniqueId) && version === 1) tbs.fail("unique identifier in version 1");
  const explicit = tbs.optional(contextConstructed(3));
  if (!explicit) return { unknownCritical: [] };
  if (version !== 3) tbs.fail(`extensions in version ${version}`);
  const inner = tbs.inside(explicit);
  const list = inner.enter(DerTag.sequence);
  inner.end();
  return readExtensions(list);
}
