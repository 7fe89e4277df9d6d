import { looksLikePem, parsePem } from "../../../crypto/pem.ts";
import { encodeUtf8, equalBytes } from "../../../util/bytes.ts";
import { CodedError } from "../../../util/coded-error.ts";
import { derSequenceLength } from "./der-length.ts";

const pemEnd = encodeUtf8("-----END CERTIFICATE-----");

/**
 * The certificates (DER) in a file of the card, which holds DER or PEM and is often larger than they are: the rest is 00 or
 * FF. Throws CodedError NO_CERTIFICATE; `what` names the file in it.
 */
export function certificatesInFile(file: Uint8Array, what: string): readonly Uint8Array[] {
  const length = derSequenceLength(file);
  if (length !== undefined && length <= file.length) return [file.slice(0, length)];
  if (length !== undefined)
    throw noCertificate(what, `it ends after ${file.length} of the certificate's ${length} bytes`);
  if (!looksLikePem(file)) throw noCertificate(what, "it begins neither as DER nor as PEM; has it been personalised?");
  const certificates = pemCertificates(file, what);
  if (certificates.length === 0) throw noCertificate(what, "its PEM text holds none");
  return certificates;
}

function pemCertificates(file: Uint8Array, what: string): readonly Uint8Array[] {
  const text = file.subarray(0, endOfPem(file));
  try {
    return parsePem(text)
      .filter(({ label }) => label === "CERTIFICATE")
      .map(({ content }) => content);
  } catch (cause) {
    throw noCertificate(what, "its PEM text cannot be read", cause);
  }
}

/** Behind the last END line: the padding would not be text. */
function endOfPem(file: Uint8Array): number {
  for (let at = file.length - pemEnd.length; at >= 0; at--) {
    if (equalBytes(file.subarray(at, at + pemEnd.length), pemEnd)) return at + pemEnd.length;
  }
  return file.length;
}

function noCertificate(what: string, problem: string, cause?: unknown): CodedError {
  return new CodedError("NO_CERTIFICATE", `${what} on the card holds no certificate: ${problem}`, { cause });
}
