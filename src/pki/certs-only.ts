import { contextConstructed, type DerElement, DerReader, DerTag } from "./der.ts";
import { oidOf, smallInteger } from "./der-values.ts";
import { derElement, derOid, derSequence, derSetOf, derSmallInteger } from "./der-writer.ts";

/** A CMS SignedData that signs nothing and only carries certificates (RFC 5652 §5.1, RFC 5272 §4.1). */
export interface CertsOnly {
  /** DER; their order says nothing. */
  readonly certificates: readonly Uint8Array[];
  /** DER. Undefined where the field is absent; OpenSSL writes an empty one. */
  readonly crls?: readonly Uint8Array[];
}

const signedData = "1.2.840.113549.1.7.2";
const data = "1.2.840.113549.1.7.1";
const maxCertificates = 32;

/**
 * Strict DER, as EST over CoAP transports it (RFC 9148 §4.3): no BER with indefinite lengths. Content and signers are
 * refused: nobody here would verify them. Throws DecodeError.
 */
export function parseCertsOnly(der: Uint8Array): CertsOnly {
  const file = new DerReader(der, "certs-only");
  const contentInfo = file.enter(DerTag.sequence);
  file.end();
  takeOid(contentInfo, signedData);
  const explicit = contentInfo.enter(contextConstructed(0));
  contentInfo.end();
  const signed = explicit.enter(DerTag.sequence);
  explicit.end();
  return readSignedData(signed);
}

export function encodeCertsOnly({ certificates, crls }: CertsOnly): Uint8Array {
  const signed = derSequence(
    derSmallInteger(1),
    derSetOf([]),
    derSequence(derOid(data)),
    derElement(contextConstructed(0), ...certificates),
    ...(crls ? [derElement(contextConstructed(1), ...crls)] : []),
    derSetOf([]),
  );
  return derSequence(derOid(signedData), derElement(contextConstructed(0), signed));
}

function readSignedData(signed: DerReader): CertsOnly {
  const version = smallInteger(signed.take(DerTag.integer));
  if (version < 1 || version > 5) signed.fail("no such version");
  signed.take(DerTag.set);
  const content = signed.enter(DerTag.sequence);
  takeOid(content, data);
  content.end();
  const certificates = signed.optional(contextConstructed(0));
  const crls = signed.optional(contextConstructed(1));
  if (!signed.enter(DerTag.set).done) signed.fail("signed by somebody, which is not expected");
  signed.end();
  return {
    certificates: certificates ? sequencesIn(signed, certificates, "certificate") : [],
    ...(crls && { crls: sequencesIn(signed, crls, "CRL") }),
  };
}

/** Attribute certificates and other choices have tags of their own and are refused. */
function sequencesIn(signed: DerReader, field: DerElement, what: string): readonly Uint8Array[] {
  const list = signed.inside(field);
  const found: Uint8Array[] = [];
  while (!list.done) {
    if (found.length === maxCertificates) list.fail(`more than ${maxCertificates} times ${what}`);
    found.push(list.take(DerTag.sequence).whole);
  }
  return found;
}

function takeOid(reader: DerReader, expected: string): void {
  const oid = oidOf(reader.take(DerTag.oid));
  if (oid !== expected) reader.fail(`content type ${expected} expected, ${oid} found`);
}
