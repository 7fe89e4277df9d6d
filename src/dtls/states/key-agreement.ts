import type { EphemeralKeyPair, NamedGroup } from "../../crypto/ports.ts";
import { CodedError } from "../../util/coded-error.ts";
import { DtlsError } from "../dtls-error.ts";
import type { HandshakeContext } from "./handshake-context.ts";

/** The group if it is one of ours; throws DtlsError otherwise. */
export function offeredGroup(context: HandshakeContext, group: number): NamedGroup {
  const offered = context.settings.groups.find((own) => own === group);
  if (offered !== undefined) return offered;
  throw new DtlsError("PEER_MISBEHAVED", `named group 0x${group.toString(16).padStart(4, "0")} was not offered`);
}

/** The shared secret; a peer's key that is no point of the curve is the peer's fault (RFC 8422 §5.11). */
export function agreeWith(keys: EphemeralKeyPair, peerPublicKey: Uint8Array): Uint8Array {
  try {
    return keys.agree(peerPublicKey);
  } catch (cause) {
    if (cause instanceof CodedError) throw new DtlsError("PEER_MISBEHAVED", "unusable ephemeral key", { cause });
    throw cause;
  }
}
