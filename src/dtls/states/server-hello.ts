import { encodeConnectionId } from "../handshake/extensions/connection-id.ts";
import { encodeEcPointFormats, uncompressedPoint } from "../handshake/extensions/ec-point-formats.ts";
import { encodeExtendedMasterSecret } from "../handshake/extensions/extended-master-secret.ts";
import { type Extension, ExtensionType } from "../handshake/extensions/extension-list.ts";
import { encodeRenegotiationInfo } from "../handshake/extensions/renegotiation-info.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { encodeServerHello } from "../handshake/messages/server-hello.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { Negotiated } from "./negotiated.ts";
import type { ClientOfferInCommon } from "./server-client-offer.ts";

/** Adds ServerHello to the flight: the answer to `offer`, with what was decided. */
export function addServerHello(negotiated: Negotiated, offer: ClientOfferInCommon, context: HandshakeContext): void {
  const hello = {
    version: ProtocolVersion.dtls1_2,
    random: negotiated.serverRandom,
    sessionId: negotiated.sessionId,
    cipherSuite: negotiated.suite.id,
    compressionMethod: 0,
    extensions: answerExtensions(negotiated, offer),
  };
  context.add(HandshakeType.server_hello, encodeServerHello(hello));
}

/** Only what the client offered may be answered. */
function answerExtensions({ connectionIds }: Negotiated, offer: ClientOfferInCommon): readonly Extension[] {
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
  if (connectionIds) {
    extensions.push({ type: ExtensionType.connection_id, data: encodeConnectionId(connectionIds.own) });
  }
  return extensions;
}
