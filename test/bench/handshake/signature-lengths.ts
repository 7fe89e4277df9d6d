import { decodeFragments } from "../../../src/dtls/flight/handshake-fragment.ts";
import { Reassembly } from "../../../src/dtls/flight/reassembly.ts";
import type { HandshakeMessage } from "../../../src/dtls/handshake/handshake-message.ts";
import { HandshakeType } from "../../../src/dtls/handshake/handshake-type.ts";
import { decodeCertificate } from "../../../src/dtls/handshake/messages/certificate.ts";
import { decodeCertificateVerify } from "../../../src/dtls/handshake/messages/certificate-verify.ts";
import { decodeEcdheServerKeyExchange } from "../../../src/dtls/handshake/messages/server-key-exchange.ts";
import { ContentType, decodeRecords } from "../../../src/dtls/record/record.ts";
import { parseCertificate } from "../../../src/pki/certificate.ts";

/** A DER-encoded P-256 signature has 72 bytes at most, one or two fewer by chance. */
const countedSignatureBytes = 72;

/** Reads along in one direction of a handshake, for what chance took from its signatures. */
export class SignatureLengths {
  readonly #messages = new Reassembly(1 << 16);
  /** Bytes to add so that each signature counts as 72. */
  missingBytes = 0;

  read(datagram: Uint8Array): void {
    for (const { type, epoch, fragment } of decodeRecords(datagram)) {
      if (type !== ContentType.handshake || epoch !== 0) continue;
      for (const part of decodeFragments(fragment)) this.#messages.accept(part, 0);
    }
    for (let message = this.#messages.take(); message; message = this.#messages.take()) {
      for (const { length } of signaturesIn(message)) this.missingBytes += countedSignatureBytes - length;
    }
  }
}

function signaturesIn({ type, body }: HandshakeMessage): readonly Uint8Array[] {
  switch (type) {
    case HandshakeType.certificate:
      return decodeCertificate(body).chain.map((der) => parseCertificate(der).signature);
    case HandshakeType.server_key_exchange:
      return [decodeEcdheServerKeyExchange(body).signed.signature];
    case HandshakeType.certificate_verify:
      return [decodeCertificateVerify(body).signature];
    default:
      return [];
  }
}
