import { findCipherSuite } from "../../src/dtls/cipher-suites.ts";
import { HandshakeType } from "../../src/dtls/handshake/handshake-type.ts";
import { keyBlock } from "../../src/dtls/handshake/key-schedule.ts";
import { decodeClientHello } from "../../src/dtls/handshake/messages/client-hello.ts";
import { decodeServerHello } from "../../src/dtls/handshake/messages/server-hello.ts";
import { RecordLayer } from "../../src/dtls/record/record-layer.ts";
import { lastMessage } from "./dtls-adversary.ts";

/** Record layers that speak as either side of the last handshake in `sent`, a little ahead in sequence numbers. */
export function speakers(sent: readonly { readonly datagram: Uint8Array }[], masterSecret: Uint8Array) {
  const clientHello = decodeClientHello(lastMessage(sent, HandshakeType.client_hello));
  const serverHello = decodeServerHello(lastMessage(sent, HandshakeType.server_hello));
  const keys = keyBlock(masterSecret, { clientRandom: clientHello.random, serverRandom: serverHello.random });
  const aead = findCipherSuite(serverHello.cipherSuite)?.aead ?? "AES_128_GCM";
  const speaker = (key: Uint8Array, salt: Uint8Array) => {
    const records = new RecordLayer(0, 20);
    records.installWriteKeys({ aead, key, salt });
    return records;
  };
  return {
    asClient: speaker(keys.clientKey, keys.clientSalt),
    asServer: speaker(keys.serverKey, keys.serverSalt),
  };
}
