import { ByteReader } from "../../../util/bytes.ts";
import { type DigitallySigned, encodeDigitallySigned, readDigitallySigned } from "./digitally-signed.ts";

/** CertificateVerify (RFC 5246 §7.4.8): a signature over every handshake message so far. */
export type CertificateVerify = DigitallySigned;

export function decodeCertificateVerify(body: Uint8Array): CertificateVerify {
  const reader = new ByteReader(body, "CertificateVerify");
  const signed = readDigitallySigned(reader);
  reader.end();
  return signed;
}

export function encodeCertificateVerify(verify: CertificateVerify): Uint8Array {
  return encodeDigitallySigned(verify);
}
