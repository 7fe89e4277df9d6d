import { ByteReader, ByteWriter } from "../../../util/bytes.ts";

/** Certificate (RFC 5246 §7.4.2): DER, leaf first; empty when a client has none to show. */
export interface Certificate {
  readonly chain: readonly Uint8Array[];
}

export function decodeCertificate(body: Uint8Array): Certificate {
  const reader = new ByteReader(body, "Certificate");
  const list = new ByteReader(reader.vector(3), "certificate_list");
  reader.end();
  const chain: Uint8Array[] = [];
  while (list.remaining > 0) chain.push(list.vector(3, 1));
  return { chain };
}

export function encodeCertificate({ chain }: Certificate): Uint8Array {
  const list = new ByteWriter();
  for (const certificate of chain) list.vector(3, certificate);
  return new ByteWriter().vector(3, list.finish()).finish();
}
