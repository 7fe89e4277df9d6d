import { type Certificate, parseCertificate } from "./certificate.ts";
import { DerReader, DerTag } from "./der.ts";

/**
 * Certificates in DER one after the other, leaf first: our reading of a chain in one LwM2M resource, for which there is no
 * standard form. Throws DecodeError.
 */
export function certificateChain(bytes: Uint8Array): Certificate[] {
  const reader = new DerReader(bytes, "certificate chain");
  const chain: Certificate[] = [];
  while (!reader.done) chain.push(parseCertificate(reader.take(DerTag.sequence).whole));
  return chain;
}
