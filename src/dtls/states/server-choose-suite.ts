import { usesCertificates } from "../cipher-suites.ts";
import { DtlsError } from "../dtls-error.ts";
import { encodeEcPointFormats, uncompressedPoint } from "../handshake/extensions/ec-point-formats.ts";
import { encodeExtendedMasterSecret } from "../handshake/extensions/extended-master-secret.ts";
import { type Extension, ExtensionType } from "../handshake/extensions/extension-list.ts";
import { encodeRenegotiationInfo } from "../handshake/extensions/renegotiation-info.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { encodeServerHello } from "../handshake/messages/server-hello.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";
import type { Pending } from "../needs.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { AwaitsAnswers, HandshakeState } from "./handshake-state.ts";
import type { Negotiated } from "./negotiated.ts";
import type { OwnCredential } from "./own-credential.ts";
import type { ClientOfferInCommon } from "./server-client-offer.ts";
import type { ServerPolicy } from "./server-policy.ts";
import { sendServerKeyExchange } from "./server-send-key-exchange.ts";

/** Waits for the own credential: which suite is taken depends on whether there is one. */
export class ServerChooseSuite implements AwaitsAnswers {
  readonly kind = "answers";
  readonly #policy: ServerPolicy;
  readonly #offer: ClientOfferInCommon;
  readonly #credential: Pending<OwnCredential | "none">;

  constructor(policy: ServerPolicy, offer: ClientOfferInCommon, credential: Pending<OwnCredential | "none">) {
    this.#policy = policy;
    this.#offer = offer;
    this.#credential = credential;
  }

  proceed(context: HandshakeContext): HandshakeState | undefined {
    const credential = this.#credential.value;
    if (!credential) return undefined;
    const suite = this.#offer.suites.find((candidate) => credential !== "none" || !usesCertificates(candidate));
    if (!suite) throw new DtlsError("NOTHING_IN_COMMON", "the client wants a certificate and there is none to show");
    const { clientRandom, extendedMasterSecret, group } = this.#offer;
    const serverRandom = context.ports.entropy.randomBytes(32);
    const negotiated = { suite, clientRandom, serverRandom, extendedMasterSecret };
    this.#addServerHello(negotiated, context);
    return sendServerKeyExchange({ policy: this.#policy, negotiated, group, credential }, context);
  }

  #addServerHello({ suite, serverRandom }: Negotiated, context: HandshakeContext): void {
    const hello = {
      version: ProtocolVersion.dtls1_2,
      random: serverRandom,
      sessionId: new Uint8Array(),
      cipherSuite: suite.id,
      compressionMethod: 0,
      extensions: answerExtensions(this.#offer),
    };
    context.add(HandshakeType.server_hello, encodeServerHello(hello));
  }
}

/** Only what the client offered may be answered. */
function answerExtensions(offer: ClientOfferInCommon): readonly Extension[] {
  const extensions: Extension[] = [];
  if (offer.pointFormats && offer.group !== undefined) {
    extensions.push({ type: ExtensionType.ec_point_formats, data: encodeEcPointFormats([uncompressedPoint]) });
  }
  if (offer.extendedMasterSecret) {
    extensions.push({ type: ExtensionType.extended_master_secret, data: encodeExtendedMasterSecret() });
  }
  if (offer.secureRenegotiation) {
    extensions.push({ type: ExtensionType.renegotiation_info, data: encodeRenegotiationInfo(new Uint8Array()) });
  }
  return extensions;
}
