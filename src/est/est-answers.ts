import type { CoapResponse } from "../coap/exchange.ts";
import { Code, codeText } from "../coap/message.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { parseCertsOnly } from "../pki/certs-only.ts";
import { EstError } from "./est-error.ts";
import { EstFormat } from "./est-format.ts";
import { parseMultipartCore } from "./multipart-core.ts";

/** A key pair made by the server and the certificates that came with it. */
export interface ServerMadeKey {
  /** PKCS #8, or CMS EnvelopedData around one, DER. */
  readonly privateKey: Uint8Array;
  readonly encrypted: boolean;
  readonly certificates: readonly Uint8Array[];
}

/** Seconds; the Max-Age of a response that has none (RFC 7252 §5.10.5). */
const defaultMaxAge = 60;

/** Throws EstError for every answer but a success (RFC 9148 §4.5, §4.7). `what` begins the message. */
export function demandSuccess(response: CoapResponse, what: string): CoapResponse {
  const { code } = response;
  if (code >> 5 === 2) return response;
  const said = new TextDecoder().decode(response.payload?.subarray(0, 100)).replace(/\p{C}/gu, "?");
  const message = `${what}: the server answered ${codeText(code)}${said && ` "${said}"`}`;
  if (code === Code.ServiceUnavailable) {
    throw new EstError("EST_PENDING", message, { retryAfterMs: (response.maxAge ?? defaultMaxAge) * 1000 });
  }
  if (code >> 5 === 5 || code === Code.TooManyRequests) {
    throw new EstError("EST_UNAVAILABLE", message, { retryAfterMs: (response.maxAge ?? defaultMaxAge) * 1000 });
  }
  throw new EstError(code === Code.NotFound ? "EST_NOT_FOUND" : "EST_REFUSED", message);
}

/** The certificates of an answer, in whichever of the two forms it came. Throws EstError. */
export function certificatesIn(response: CoapResponse, what: string): readonly Uint8Array[] {
  return readAnswer(what, () => readCertificates(response.contentFormat ?? EstFormat.certsOnly, response.payload));
}

/** The parts may come in any order (RFC 9148 §4.8). Throws EstError. */
export function serverMadeKeyIn(response: CoapResponse, what: string): ServerMadeKey {
  return readAnswer(what, () => {
    const { contentFormat, payload = new Uint8Array(0) } = response;
    if (contentFormat !== undefined && contentFormat !== EstFormat.multipart) throw unexpectedFormat(contentFormat);
    const parts = parseMultipartCore(payload);
    const key = parts.find(({ format }) => format === EstFormat.pkcs8 || format === EstFormat.encryptedKey);
    const certificate = parts.find(({ format }) => format === EstFormat.certsOnly || format === EstFormat.certificate);
    if (!key || !certificate) throw new Error("a private key and a certificate are expected");
    const certificates = readCertificates(certificate.format, certificate.content);
    return { privateKey: key.content, encrypted: key.format === EstFormat.encryptedKey, certificates };
  });
}

/** Runs a parser; what it throws becomes the cause of an EstError. */
export function readAnswer<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new EstError("EST_BAD_ANSWER", `${what}: the answer cannot be used`, { cause });
  }
}

export function unexpectedFormat(format: number): Error {
  return new Error(`Content-Format ${format} is not one that was asked for`);
}

function readCertificates(format: number, payload: Uint8Array = new Uint8Array(0)): readonly Uint8Array[] {
  const certificates = certificatesOf(format, payload);
  if (certificates.length === 0) throw new Error("no certificate in it");
  for (const certificate of certificates) parseCertificate(certificate);
  return certificates;
}

function certificatesOf(format: number, payload: Uint8Array): readonly Uint8Array[] {
  if (format === EstFormat.certificate) return [payload];
  if (format === EstFormat.certsOnly) return parseCertsOnly(payload).certificates;
  throw unexpectedFormat(format);
}
