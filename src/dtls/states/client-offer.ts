import type { CipherSuite } from "../cipher-suites.ts";
import { usesCertificates, usesEphemeralKeys } from "../cipher-suites.ts";
import { encodeConnectionId } from "../handshake/extensions/connection-id.ts";
import { encodeEcPointFormats, uncompressedPoint } from "../handshake/extensions/ec-point-formats.ts";
import { encodeExtendedMasterSecret } from "../handshake/extensions/extended-master-secret.ts";
import { type Extension, ExtensionType } from "../handshake/extensions/extension-list.ts";
import { encodeRenegotiationInfo } from "../handshake/extensions/renegotiation-info.ts";
import { encodeServerName } from "../handshake/extensions/server-name.ts";
import { encodeSignatureAlgorithms } from "../handshake/extensions/signature-algorithms.ts";
import { encodeSupportedGroups } from "../handshake/extensions/supported-groups.ts";
import type { ClientHello } from "../handshake/messages/client-hello.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";
import type { ResumableSession } from "../resumable-session.ts";
import type { Settings } from "../settings.ts";

/** What the client role offers and with what. */
export interface ClientOffer {
  /** Only those that the client has credentials for. */
  readonly suites: readonly CipherSuite[];
  readonly serverName?: string;
  readonly pskIdentity?: Uint8Array;
  readonly externalKeyAgreement: boolean;
  /** A session to resume; its suite is among `suites`. */
  readonly resume?: ResumableSession;
  /** What the server has to put in its records (RFC 9146); absent: the extension is not offered. */
  readonly connectionId?: Uint8Array;
}

/** The cookie is empty: the place for the answer to HelloVerifyRequest. */
export function offerHello(offer: ClientOffer, settings: Settings, random: Uint8Array): ClientHello {
  return {
    version: ProtocolVersion.dtls1_2,
    random,
    sessionId: offer.resume?.sessionId ?? new Uint8Array(),
    cookie: new Uint8Array(),
    cipherSuites: offer.suites.map(({ id }) => id),
    compressionMethods: [0],
    extensions: [...nameExtension(offer), ...keyExtensions(offer, settings), ...protectionExtensions(offer)],
  };
}

function nameExtension({ serverName }: ClientOffer): readonly Extension[] {
  if (serverName === undefined) return [];
  return [{ type: ExtensionType.server_name, data: encodeServerName(serverName) }];
}

function keyExtensions({ suites }: ClientOffer, { groups, schemes }: Settings): readonly Extension[] {
  const extensions: Extension[] = [];
  if (suites.some(usesEphemeralKeys)) {
    extensions.push({ type: ExtensionType.supported_groups, data: encodeSupportedGroups(groups) });
    extensions.push({ type: ExtensionType.ec_point_formats, data: encodeEcPointFormats([uncompressedPoint]) });
  }
  if (suites.some(usesCertificates)) {
    extensions.push({ type: ExtensionType.signature_algorithms, data: encodeSignatureAlgorithms(schemes) });
  }
  return extensions;
}

function protectionExtensions({ connectionId }: ClientOffer): readonly Extension[] {
  const extensions: Extension[] = [
    { type: ExtensionType.extended_master_secret, data: encodeExtendedMasterSecret() },
    { type: ExtensionType.renegotiation_info, data: encodeRenegotiationInfo(new Uint8Array()) },
  ];
  if (connectionId) extensions.push({ type: ExtensionType.connection_id, data: encodeConnectionId(connectionId) });
  return extensions;
}
