import type { EphemeralKeyPair } from "../../crypto/ports.ts";
import { SignatureScheme } from "../../crypto/signature-scheme.ts";
import { usesCertificates } from "../cipher-suites.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { ClientCertificateType, encodeCertificateRequest } from "../handshake/messages/certificate-request.ts";
import { encodeServerHelloDone } from "../handshake/messages/server-hello-done.ts";
import type { Settings } from "../settings.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { HandshakeState } from "./handshake-state.ts";
import type { Negotiated } from "./negotiated.ts";
import { ServerExpectClientCertificate } from "./server-expect-client-certificate.ts";
import { ServerExpectClientKeyExchange } from "./server-expect-client-key-exchange.ts";
import type { ServerPolicy } from "./server-policy.ts";

export interface ServerSide {
  readonly policy: ServerPolicy;
  readonly negotiated: Negotiated;
  readonly keys: EphemeralKeyPair | undefined;
}

/** Ends the server's first flight and sends it. */
export function finishServerFlight(
  { policy, negotiated, keys }: ServerSide,
  context: HandshakeContext,
): HandshakeState {
  const request = policy.requestClientCertificate && usesCertificates(negotiated.suite);
  if (request) context.add(HandshakeType.certificate_request, certificateRequest(context.settings));
  else context.transcript.release();
  context.add(HandshakeType.server_hello_done, encodeServerHelloDone());
  context.sendFlight();
  return request
    ? new ServerExpectClientCertificate(negotiated, keys)
    : new ServerExpectClientKeyExchange(negotiated, keys, undefined);
}

/** Any authority: the verifier decides, and a list would only cost bytes. */
function certificateRequest({ schemes }: Settings): Uint8Array {
  const rsa = schemes.includes(SignatureScheme.rsa_pkcs1_sha256) ? [ClientCertificateType.rsa_sign] : [];
  const certificateTypes = [ClientCertificateType.ecdsa_sign, ...rsa];
  return encodeCertificateRequest({ certificateTypes, schemes, authorities: [] });
}
