import type { EphemeralKeyPair, NamedGroup } from "../../crypto/ports.ts";
import { usesEphemeralKeys } from "../cipher-suites.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { encodeCertificate } from "../handshake/messages/certificate.ts";
import { encodePskServerKeyExchange } from "../handshake/messages/server-key-exchange.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { HandshakeState } from "./handshake-state.ts";
import { keyExchangeSignatureInput } from "./key-exchange-signature.ts";
import type { Negotiated } from "./negotiated.ts";
import { askForSignature, type OwnCredential } from "./own-credential.ts";
import { finishServerFlight } from "./server-finish-flight.ts";
import type { ServerPolicy } from "./server-policy.ts";
import { ServerSignKeyExchange } from "./server-sign-key-exchange.ts";

export interface ServerChoice {
  readonly policy: ServerPolicy;
  readonly negotiated: Negotiated;
  readonly group: NamedGroup | undefined;
  readonly credential: OwnCredential | "none";
}

/** Goes on after ServerHello: Certificate and a signed key share, or what a PSK suite has in their place. */
export function sendServerKeyExchange(choice: ServerChoice, context: HandshakeContext): HandshakeState {
  const { policy, negotiated, group, credential } = choice;
  const ephemeral = usesEphemeralKeys(negotiated.suite) && group !== undefined;
  const keys = ephemeral ? context.ports.ephemeralKeys.generate(group) : undefined;
  if (negotiated.suite.keyExchange !== "ECDHE_ECDSA" || credential === "none" || !keys) {
    addPskKeyExchange(policy.pskIdentityHint, keys, context);
    return finishServerFlight({ policy, negotiated, keys }, context);
  }
  context.add(HandshakeType.certificate, encodeCertificate({ chain: credential.chain }));
  const input = keyExchangeSignatureInput(negotiated, { group: keys.group, publicKey: keys.publicKey });
  const signature = askForSignature(context, credential, input);
  return new ServerSignKeyExchange({ policy, negotiated, keys }, { scheme: credential.scheme, signature });
}

/** Left out when it would say nothing (RFC 4279 §2). */
function addPskKeyExchange(
  identityHint: Uint8Array,
  keys: EphemeralKeyPair | undefined,
  context: HandshakeContext,
): void {
  if (!keys && identityHint.length === 0) return;
  const share = keys ? { parameters: { group: keys.group, publicKey: keys.publicKey } } : {};
  context.add(HandshakeType.server_key_exchange, encodePskServerKeyExchange({ identityHint, ...share }));
}
