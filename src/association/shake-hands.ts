import type { DtlsConnection, DtlsSession } from "../dtls/connection.ts";
import { DtlsError } from "../dtls/dtls-error.ts";
import { addressText } from "../util/network.ts";
import type { MonotonicClock, Timers } from "../util/time.ts";
import { DtlsTransport } from "./dtls-transport.ts";
import { answerNeed, type HandshakeParties } from "./need-answers.ts";
import type { Attempt } from "./try-addresses.ts";

export interface HandshakePorts {
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  onHint?(peer: string, hint: Error): void;
}

/** Three transmissions of a ClientHello (RFC 6347 §4.2.4.1) without any answer: the next address may do better. */
export const firstAnswerMs = 7_000;

/** Makes one DTLS handshake over one path. Rejects with a DtlsError; the path is closed then. */
export async function shakeHands(
  connection: DtlsConnection,
  parties: HandshakeParties,
  { path, last, signal }: Attempt,
  { clock, timers, onHint }: HandshakePorts,
): Promise<{ readonly transport: DtlsTransport; readonly session: DtlsSession }> {
  const answer = answerNeed.bind(undefined, parties);
  const transport = new DtlsTransport(connection, path, { clock, timers, answerNeed: answer });
  const abandon = (reason: DtlsError): void => transport.close(reason);
  const cancel = (): void => abandon(new DtlsError("CLOSED", "cancelled"));
  signal.addEventListener("abort", cancel);
  const patience = last ? undefined : timers.schedule(firstAnswerMs, () => transport.received || abandon(silent()));
  path.onHint((hint) => {
    onHint?.(addressText(path.peer), hint);
    if (!last && !transport.received) abandon(new DtlsError("HANDSHAKE_TIMEOUT", hint.message));
  });
  try {
    return { transport, session: await transport.connected };
  } finally {
    patience?.cancel();
    signal.removeEventListener("abort", cancel);
  }
}

function silent(): DtlsError {
  return new DtlsError(
    "HANDSHAKE_TIMEOUT",
    `no answer within ${firstAnswerMs / 1000} s, and there are other ways to try`,
  );
}
