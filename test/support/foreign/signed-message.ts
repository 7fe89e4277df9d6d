import { contextConstructed, DerReader, DerTag } from "../../../src/pki/der.ts";
import { equalBytes } from "../../../src/util/bytes.ts";

/** What an S/MIME message carries beside its text. All DER; the signer's certificate comes first. */
export interface SignedMessage {
  readonly chain: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
}

/** Reads the detached signature (RFC 8551 §3.5.3) without verifying it. */
export function readSignedMessage(text: string): SignedMessage {
  const base64 = /filename="smime\.p7s"\r?\n\r?\n([A-Za-z0-9+/=\s]+)/.exec(text)?.[1] ?? "";
  const outer = new DerReader(Uint8Array.from(Buffer.from(base64, "base64")), "signed message").enter(DerTag.sequence);
  outer.take(DerTag.oid);
  const signed = outer.enter(contextConstructed(0)).enter(DerTag.sequence);
  signed.take(DerTag.integer);
  signed.take(DerTag.set);
  signed.take(DerTag.sequence);
  const certificates = elements(signed, contextConstructed(0));
  const crls = elements(signed, contextConstructed(1));
  const signer = signed.enter(DerTag.set).enter(DerTag.sequence);
  signer.take(DerTag.integer);
  const identifier = signer.take(DerTag.sequence).content;
  const isSigner = (certificate: Uint8Array): boolean => equalBytes(issuerAndSerialNumber(certificate), identifier);
  return { chain: [...certificates.filter(isSigner), ...certificates.filter((each) => !isSigner(each))], crls };
}

function elements(signed: DerReader, tag: number): readonly Uint8Array[] {
  const list = signed.optional(tag);
  const reader = list && signed.inside(list);
  const found: Uint8Array[] = [];
  while (reader && !reader.done) found.push(reader.next().whole);
  return found;
}

function issuerAndSerialNumber(certificate: Uint8Array): Uint8Array {
  const tbs = new DerReader(certificate, "certificate").enter(DerTag.sequence).enter(DerTag.sequence);
  tbs.optional(contextConstructed(0));
  const serialNumber = tbs.take(DerTag.integer).whole;
  tbs.take(DerTag.sequence);
  return Uint8Array.of(...tbs.take(DerTag.sequence).whole, ...serialNumber);
}
