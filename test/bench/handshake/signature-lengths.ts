import { decodeFragments } from "../../../src/dtls/flight/handshake-fragment.ts";
import { Reassembly } from "../../../src/dtls/flight/reassembly.ts";
import { HandshakeType } from "../../../src/dtls/handshake/handshake-type.ts";
import { decodeCertificateVerify } from "../../../src/dtls/handshake/messages/certificate-verify.ts";
import { decodeEcdheServerKeyExchange } from "../../../src/dtls/handshake/messages/server-key-exchange.ts";
import { ContentType, decodeRecords } from "../../../src/dtls/record/record.ts";

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
      const signature = signatureOf(message.type, message.body);
      if (signature) this.missingBytes += countedSignatureBytes - signature.length;
    }
  }
}

function signatureOf(type: number, body: Uint8Array): Uint8Array | undefined {
  if (type === HandshakeType.server_key_exchange) return decodeEcdheServerKeyExchange(body).signed.signature;
  if (type === HandshakeType.certificate_verify) return decodeCertificateVerify(body).signature;
  return undefined;
}
