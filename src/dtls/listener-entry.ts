import { equalBytes } from "../util/bytes.ts";
import type { DtlsSession } from "./connection.ts";
import type { DtlsServer } from "./server.ts";

/** One client of a listener. */
export interface ListenerEntry {
  readonly id: number;
  readonly server: DtlsServer;
  /** Tells a repeated ClientHello from a new one. */
  readonly helloRandom: string;
  /** As the table has it, when one was handed out. */
  readonly connectionId: string | undefined;
  /** The address that it talks with; changes only with a Connection ID. */
  peer: string;
  /** There when the handshake is done. */
  session?: DtlsSession;
  lastHeard: number;
}

/** Whether the client can be found from any address. */
export function isFoundById({ session }: ListenerEntry): boolean {
  return (session?.connectionIds?.own.length ?? 0) > 0;
}

/** The same certificate or the same PSK identity, and not just nobody twice. */
export function isSameClient(a: DtlsSession | undefined, b: DtlsSession | undefined): boolean {
  const [one, other] = [a?.peerChain[0] ?? a?.peerIdentity, b?.peerChain[0] ?? b?.peerIdentity];
  return one !== undefined && other !== undefined && equalBytes(one, other);
}
