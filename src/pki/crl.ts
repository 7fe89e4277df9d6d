import { toHex } from "../util/bytes.ts";
import { contextConstructed, contextPrimitive, DerReader, DerTag } from "./der.ts";
import { bitStringBytes, booleanOf, integerBytes, oidOf, smallInteger, timeOf } from "./der-values.ts";
import { type DistinguishedName, readName } from "./distinguished-name.ts";

/** A certificate revocation list (RFC 5280 §5.1), read and not yet believed. */
export interface CertificateRevocationList {
  /** What the signature covers. */
  readonly tbs: Uint8Array;
  readonly issuer: DistinguishedName;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  /** By serial number: hexadecimal of the INTEGER's content. The value is the date in milliseconds since 1970. */
  readonly revoked: ReadonlyMap<string, number>;
  readonly scope: CrlScope;
  /** Critical extensions, of the list or of an entry, that are not processed here: the list must not be relied on. */
  readonly unknownCritical: readonly string[];
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/** Which certificates of its issuer the list speaks of. */
export type CrlScope = "all" | "user" | "ca";

export const maxCrlLength = 1024 * 1024;

const issuingDistributionPoint = "2.5.29.28";
/** authorityKeyIdentifier and cRLNumber tell nothing that a decision here needs. */
const understood: readonly string[] = ["2.5.29.35", "2.5.29.20"];
/** reasonCode and invalidityDate: a listed certificate is revoked for whatever reason. */
const understoodInEntries: readonly string[] = ["2.5.29.21", "2.5.29.24"];

/** Strict DER with nothing after it. Throws DecodeError. */
export function parseCrl(der: Uint8Array): CertificateRevocationList {
  const file = new DerReader(der, "CRL");
  if (der.length > maxCrlLength) file.fail(`longer than ${maxCrlLength} bytes`);
  const outer = file.enter(DerTag.sequence);
  file.end();
  const tbs = outer.take(DerTag.sequence);
  const signatureAlgorithm = outer.take(DerTag.sequence).whole;
  const signature = bitStringBytes(outer.take(DerTag.bitString));
  outer.end();
  return { tbs: tbs.whole, ...readTbs(outer.inside(tbs), signatureAlgorithm), signatureAlgorithm, signature };
}

type TbsCertList = Omit<CertificateRevocationList, "tbs" | "signatureAlgorithm" | "signature">;

function readTbs(tbs: DerReader, signatureAlgorithm: Uint8Array): TbsCertList {
  const version = tbs.optional(DerTag.integer);
  if (version && smallInteger(version) !== 1) tbs.fail("no such CRL version");
  if (toHex(tbs.take(DerTag.sequence).whole) !== toHex(signatureAlgorithm))
    tbs.fail("two different signature algorithms");
  const issuer = readName(tbs);
  const thisUpdate = timeOf(tbs.next());
  const hasNext = tbs.tag === DerTag.utcTime || tbs.tag === DerTag.generalizedTime;
  const nextUpdate = hasNext ? timeOf(tbs.next()) : undefined;
  const unknownCritical: string[] = [];
  const revoked = tbs.tag === DerTag.sequence ? readEntries(tbs.enter(DerTag.sequence), unknownCritical) : new Map();
  const extensions = tbs.optional(contextConstructed(0));
  const scope = extensions ? readExtensions(tbs.inside(extensions), unknownCritical) : "all";
  tbs.end();
  return { issuer, thisUpdate, ...(nextUpdate !== undefined && { nextUpdate }), revoked, scope, unknownCritical };
}

function readEntries(list: DerReader, unknownCritical: string[]): ReadonlyMap<string, number> {
  const entries = new Map<string, number>();
  while (!list.done) {
    const entry = list.enter(DerTag.sequence);
    const serialNumber = toHex(integerBytes(entry.take(DerTag.integer)));
    entries.set(serialNumber, timeOf(entry.next()));
    if (!entry.done) {
      const extensions = entry.enter(DerTag.sequence);
      while (!extensions.done) {
        const { oid, critical } = readExtension(extensions);
        if (critical && !understoodInEntries.includes(oid)) unknownCritical.push(oid);
      }
    }
    entry.end();
  }
  return entries;
}

function readExtensions(explicit: DerReader, unknownCritical: string[]): CrlScope {
  const list = explicit.enter(DerTag.sequence);
  explicit.end();
  let scope: CrlScope | undefined;
  while (!list.done) {
    const { oid, critical, value } = readExtension(list);
    const read = oid === issuingDistributionPoint ? readScope(value) : undefined;
    if (read) scope = read;
    else if ((critical || oid === issuingDistributionPoint) && !understood.includes(oid)) unknownCritical.push(oid);
  }
  return scope ?? "all";
}

/** Undefined for a scope that is not all, all CA or all user certificates: parts, reasons, indirect lists, attributes. */
function readScope(value: DerReader): CrlScope | undefined {
  const sequence = value.enter(DerTag.sequence);
  value.end();
  const flag = (n: number): boolean => {
    const element = sequence.optional(contextPrimitive(n));
    return element !== undefined && booleanOf(element);
  };
  const [user, ca] = [flag(1), flag(2)];
  if (!sequence.done || (user && ca)) return undefined;
  return user ? "user" : ca ? "ca" : "all";
}

function readExtension(list: DerReader): { oid: string; critical: boolean; value: DerReader } {
  const extension = list.enter(DerTag.sequence);
  const oid = oidOf(extension.take(DerTag.oid));
  const flag = extension.optional(DerTag.boolean);
  const value = extension.inside(extension.take(DerTag.octetString));
  extension.end();
  return { oid, critical: flag !== undefined && booleanOf(flag), value };
}
