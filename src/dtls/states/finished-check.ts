import { constantTimeEqual } from "../../crypto/equal.ts";
import { AlertDescription } from "../alert.ts";
import { DtlsError } from "../dtls-error.ts";
import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { verifyData } from "../handshake/key-schedule.ts";
import { decodeFinished, encodeFinished } from "../handshake/messages/finished.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { expectType } from "./handshake-state.ts";

/** Adds ChangeCipherSpec and our Finished to the flight; gives its verify_data. */
export function addFinished(context: HandshakeContext, role: "client" | "server", master: Uint8Array): Uint8Array {
  const own = verifyData(master, role, context.transcript.hash());
  context.addChangeCipherSpec();
  context.add(HandshakeType.finished, encodeFinished({ verifyData: own }));
  return own;
}

/** Checks the peer's Finished and takes it into the transcript; gives its verify_data. Throws DtlsError when it is wrong. */
export function checkFinished(
  message: HandshakeMessage,
  context: HandshakeContext,
  peer: "client" | "server",
  master: Uint8Array,
): Uint8Array {
  expectType(message, HandshakeType.finished);
  const expected = verifyData(master, peer, context.transcript.hash());
  const { verifyData: received } = decodeFinished(message.body);
  if (!constantTimeEqual(expected, received)) {
    throw new DtlsError("PEER_MISBEHAVED", "the peer's Finished is wrong: the two sides saw different handshakes", {
      alert: AlertDescription.decrypt_error,
    });
  }
  context.transcript.add(message.raw);
  return received;
}
