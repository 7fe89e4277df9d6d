import { decodeFragments, encodeFragment, type HandshakeFragment } from "../../src/dtls/flight/handshake-fragment.ts";
import { ExtensionType } from "../../src/dtls/handshake/extensions/extension-list.ts";
import { HandshakeType } from "../../src/dtls/handshake/handshake-type.ts";
import { decodeClientHello, encodeClientHello } from "../../src/dtls/handshake/messages/client-hello.ts";
import { ContentType, decodeRecords, encodeRecord } from "../../src/dtls/record/record.ts";
import { concatBytes } from "../../src/util/bytes.ts";

/** A record in the clear, as anybody on the path can make it. */
export function forgedRecord(type: ContentType, fragment: Uint8Array, epoch = 0, sequence = 99): Uint8Array {
  return encodeRecord({ type, version: 0xfefd, epoch, sequence, fragment });
}

export function forgedAlert(description: number, level = 2): Uint8Array {
  return forgedRecord(ContentType.alert, Uint8Array.of(level, description));
}

export function forgedMessage(type: number, messageSequence: number, body: Uint8Array): Uint8Array {
  const fragment = encodeFragment({ type, length: body.length, messageSequence, offset: 0, body });
  return forgedRecord(ContentType.handshake, fragment);
}

/** Changes the body of every whole handshake message of one type that a datagram has in the clear. */
export function rewriteMessages(
  datagram: Uint8Array,
  type: HandshakeType,
  rewrite: (body: Uint8Array) => Uint8Array,
): Uint8Array {
  const change = (fragment: HandshakeFragment): Uint8Array => {
    if (fragment.type !== type || fragment.body.length !== fragment.length) return encodeFragment(fragment);
    const body = rewrite(fragment.body);
    return encodeFragment({ ...fragment, length: body.length, body });
  };
  const records = decodeRecords(datagram).map((record) => {
    if (record.type !== ContentType.handshake || record.epoch !== 0) return encodeRecord(record);
    return encodeRecord({ ...record, fragment: concatBytes(decodeFragments(record.fragment).map(change)) });
  });
  return concatBytes(records);
}

export function withoutExtendedMasterSecret(datagram: Uint8Array): Uint8Array {
  return rewriteMessages(datagram, HandshakeType.client_hello, (body) => {
    const hello = decodeClientHello(body);
    const extensions = hello.extensions.filter(({ type }) => type !== ExtensionType.extended_master_secret);
    return encodeClientHello({ ...hello, extensions });
  });
}

/** The body of the last whole message of one type that went over the wire in the clear. */
export function lastMessage(sent: readonly { readonly datagram: Uint8Array }[], type: HandshakeType): Uint8Array {
  let found = new Uint8Array();
  for (const { datagram } of sent) {
    rewriteMessages(datagram, type, (body) => {
      found = Uint8Array.from(body);
      return body;
    });
  }
  return found;
}
