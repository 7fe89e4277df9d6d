import { AlertDescription } from "../alert.ts";
import { DtlsError } from "../dtls-error.ts";
import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { type HandshakeType, handshakeTypeName } from "../handshake/handshake-type.ts";
import type { HandshakeContext } from "./handshake-context.ts";

/**
 * A handshake is always in one of these. Each state holds exactly what is known by then and gives its successor; what
 * must not happen is a DtlsError (or DecodeError) thrown.
 */
export type HandshakeState = ExpectsMessage | AwaitsAnswers | HandshakeDone;

/** The peer is to speak: the retransmission timer runs. */
export interface ExpectsMessage {
  readonly kind: "message";
  /** For people: what is waited for. */
  readonly expects: string;
  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState;
}

/** We are to speak, as soon as our own side has answered: whatever the peer sends meanwhile waits. */
export interface AwaitsAnswers {
  readonly kind: "answers";
  /** Called on entry and after each answer; undefined: something is still missing. */
  proceed(context: HandshakeContext): HandshakeState | undefined;
}

export interface HandshakeDone {
  readonly kind: "done";
}

export const handshakeDone: HandshakeDone = { kind: "done" };

/** Throws DtlsError unless the message is of the type that a state expects. */
export function expectType(message: HandshakeMessage, type: HandshakeType): void {
  if (message.type !== type) throw unexpectedMessage(message, handshakeTypeName(type));
}

export function unexpectedMessage(message: HandshakeMessage, expected: string): DtlsError {
  return new DtlsError("PEER_MISBEHAVED", `${handshakeTypeName(message.type)} came, ${expected} expected`, {
    alert: AlertDescription.unexpected_message,
  });
}
