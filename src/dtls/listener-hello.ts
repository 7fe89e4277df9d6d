import { decodeFragments, encodeFragment } from "./flight/handshake-fragment.ts";
import { HandshakeType } from "./handshake/handshake-type.ts";
import { type ClientHello, decodeClientHello } from "./handshake/messages/client-hello.ts";
import { encodeHelloVerifyRequest } from "./handshake/messages/hello-verify-request.ts";
import { ProtocolVersion } from "./handshake/protocol-version.ts";
import { ContentType, decodeRecords, encodeRecord } from "./record/record.ts";

/** A ClientHello as a listener meets it, before anything is known of its sender. */
export interface InitialHello {
  readonly hello: ClientHello;
  readonly recordSequence: number;
  readonly messageSequence: number;
}

/** The ClientHello that a datagram starts with. It must come in one piece: nothing is kept for strangers. */
export function readInitialHello(datagram: Uint8Array): InitialHello | undefined {
  const [record] = decodeRecords(datagram);
  if (record?.type !== ContentType.handshake || record.epoch !== 0) return undefined;
  try {
    const [fragment] = decodeFragments(record.fragment);
    if (fragment?.type !== HandshakeType.client_hello || fragment.body.length !== fragment.length) return undefined;
    const hello = decodeClientHello(fragment.body);
    return { hello, recordSequence: record.sequence, messageSequence: fragment.messageSequence };
  } catch {
    return undefined;
  }
}

/** HelloVerifyRequest with the hello's own sequence numbers, as we have none (RFC 6347 §4.2.1). */
export function askForCookie(initial: InitialHello, cookie: Uint8Array): Uint8Array {
  const body = encodeHelloVerifyRequest({ version: ProtocolVersion.dtls1_0, cookie });
  const { messageSequence, recordSequence } = initial;
  const type = HandshakeType.hello_verify_request;
  const fragment = encodeFragment({ type, length: body.length, messageSequence, offset: 0, body });
  return encodeRecord({
    type: ContentType.handshake,
    version: ProtocolVersion.dtls1_2,
    epoch: 0,
    sequence: recordSequence,
    fragment,
  });
}
