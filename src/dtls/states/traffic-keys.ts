import { keyBlock } from "../handshake/key-schedule.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { Negotiated } from "./negotiated.ts";

/** Makes both directions' keys of the master secret and gives them to the record layer, with the Connection IDs. */
export function installKeys(
  context: HandshakeContext,
  role: "client" | "server",
  negotiated: Negotiated,
  master: Uint8Array,
): void {
  if (negotiated.connectionIds) context.useConnectionIds(negotiated.connectionIds);
  const { aead } = negotiated.suite;
  const block = keyBlock(master, negotiated);
  const client = { aead, key: block.clientKey, salt: block.clientSalt };
  const server = { aead, key: block.serverKey, salt: block.serverSalt };
  context.installKeys(role === "client" ? { read: server, write: client } : { read: client, write: server });
}
