import { ByteReader, ByteWriter } from "../../../util/bytes.ts";
import { readUint16s } from "../extensions/uint16-list.ts";

/** ClientCertificateType (RFC 5246 §7.4.4, RFC 8422 §5.5). */
export const ClientCertificateType = { rsa_sign: 1, ecdsa_sign: 64 } as const;

/** CertificateRequest (RFC 5246 §7.4.4). */
export interface CertificateRequest {
  readonly certificateTypes: readonly number[];
  readonly schemes: readonly number[];
  /** DER distinguished names; empty: any authority. */
  readonly authorities: readonly Uint8Array[];
}

export function decodeCertificateRequest(body: Uint8Array): CertificateRequest {
  const reader = new ByteReader(body, "CertificateRequest");
  const certificateTypes = [...reader.vector(1, 1)];
  const schemes = readUint16s(new ByteReader(reader.vector(2, 2), "supported_signature_algorithms"));
  const names = new ByteReader(reader.vector(2), "certificate_authorities");
  reader.end();
  const authorities: Uint8Array[] = [];
  while (names.remaining > 0) authorities.push(names.vector(2, 1));
  return { certificateTypes, schemes, authorities };
}

export function encodeCertificateRequest(request: CertificateRequest): Uint8Array {
  const schemes = new ByteWriter();
  for (const scheme of request.schemes) schemes.uint16(scheme);
  const names = new ByteWriter();
  for (const name of request.authorities) names.vector(2, name);
  return new ByteWriter()
    .vector(1, Uint8Array.from(request.certificateTypes))
    .vector(2, schemes.finish())
    .vector(2, names.finish())
    .finish();
}
