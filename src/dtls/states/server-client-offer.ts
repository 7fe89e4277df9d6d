import type { NamedGroup } from "../../crypto/ports.ts";
import { NamedGroup as groups } from "../../crypto/ports.ts";
import type { SignatureScheme } from "../../crypto/signature-scheme.ts";
import { SignatureScheme as signatureSchemes } from "../../crypto/signature-scheme.ts";
import { AlertDescription } from "../alert.ts";
import { type CipherSuite, usesCertificates, usesEphemeralKeys } from "../cipher-suites.ts";
import { DtlsError } from "../dtls-error.ts";
import { decodeConnectionId } from "../handshake/extensions/connection-id.ts";
import { decodeEcPointFormats, uncompressedPoint } from "../handshake/extensions/ec-point-formats.ts";
import { decodeExtendedMasterSecret } from "../handshake/extensions/extended-master-secret.ts";
import { type Extension, ExtensionType, findExtension } from "../handshake/extensions/extension-list.ts";
import {
  decodeRenegotiationInfo,
  TLS_EMPTY_RENEGOTIATION_INFO_SCSV,
} from "../handshake/extensions/renegotiation-info.ts";
import { decodeServerName } from "../handshake/extensions/server-name.ts";
import { decodeSignatureAlgorithms } from "../handshake/extensions/signature-algorithms.ts";
import { decodeSupportedGroups } from "../handshake/extensions/supported-groups.ts";
import type { ClientHello } from "../handshake/messages/client-hello.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";
import { commonSchemes, type Settings } from "../settings.ts";
import type { ServerPolicy } from "./server-policy.ts";

/** What a ClientHello and our settings have in common. */
export interface ClientOfferInCommon {
  readonly clientRandom: Uint8Array;
  /** Of a session to resume; empty: none. */
  readonly sessionId: Uint8Array;
  /** In our order. */
  readonly suites: readonly CipherSuite[];
  /** There whenever `suites` has one with ephemeral keys. */
  readonly group: NamedGroup | undefined;
  /** ECDSA only, in the client's order: what our signature may be. */
  readonly schemes: readonly SignatureScheme[];
  readonly serverName?: string;
  readonly extendedMasterSecret: boolean;
  readonly secureRenegotiation: boolean;
  readonly pointFormats: boolean;
  /** What the client wants in our records; absent: it does not know RFC 9146. */
  readonly connectionId?: Uint8Array;
}

/** Throws DtlsError when the hello breaks a rule; `suites` may come out empty. */
export function readClientOffer(hello: ClientHello, policy: ServerPolicy, settings: Settings): ClientOfferInCommon {
  checkVersion(hello);
  const { extensions } = hello;
  const group = takesUncompressedPoints(extensions) ? commonGroup(extensions, settings) : undefined;
  const schemes = ecdsaSchemes(extensions, settings);
  const acceptable = (suite: CipherSuite) =>
    hello.cipherSuites.includes(suite.id) &&
    (usesCertificates(suite) ? policy.certificates && schemes.length > 0 : policy.psk) &&
    (!usesEphemeralKeys(suite) || group !== undefined);
  const name = findExtension(extensions, ExtensionType.server_name);
  const serverName = name && decodeServerName(name);
  const connectionId = findExtension(extensions, ExtensionType.connection_id);
  return {
    clientRandom: hello.random,
    sessionId: hello.sessionId,
    suites: settings.suites.filter(acceptable),
    group,
    schemes,
    ...(serverName === undefined ? {} : { serverName }),
    extendedMasterSecret: extendedMasterSecret(extensions, settings),
    secureRenegotiation: secureRenegotiation(hello),
    pointFormats: findExtension(extensions, ExtensionType.ec_point_formats) !== undefined,
    ...(connectionId && { connectionId: decodeConnectionId(connectionId) }),
  };
}

/** Later versions count downwards; a client that can only do DTLS 1.0 says 0xfeff. */
function checkVersion({ version, compressionMethods }: ClientHello): void {
  if (version >> 8 !== 0xfe || version > ProtocolVersion.dtls1_2) {
    throw new DtlsError("NOTHING_IN_COMMON", `the client speaks version 0x${version.toString(16)}, not DTLS 1.2`, {
      alert: AlertDescription.protocol_version,
    });
  }
  if (!compressionMethods.includes(0))
    throw new DtlsError("PEER_MISBEHAVED", "the client does not offer null compression");
}

/** No extension means that the client takes them (RFC 8422 §5.1.2). */
function takesUncompressedPoints(extensions: readonly Extension[]): boolean {
  const data = findExtension(extensions, ExtensionType.ec_point_formats);
  return !data || decodeEcPointFormats(data).includes(uncompressedPoint);
}

/** A client without supported_groups leaves the choice to us (RFC 8422 §4): P-256, as every client has it. */
function commonGroup(extensions: readonly Extension[], settings: Settings): NamedGroup | undefined {
  const data = findExtension(extensions, ExtensionType.supported_groups);
  const offered = data ? decodeSupportedGroups(data) : [groups.secp256r1];
  return settings.groups.find((group) => offered.includes(group));
}

/** Without signature_algorithms a client means SHA-1 (RFC 5246 §7.4.1.4.1), which we don't have. */
function ecdsaSchemes(extensions: readonly Extension[], settings: Settings): readonly SignatureScheme[] {
  const data = findExtension(extensions, ExtensionType.signature_algorithms);
  const schemes = data ? commonSchemes(settings, decodeSignatureAlgorithms(data)) : [];
  return schemes.filter((scheme) => scheme !== signatureSchemes.rsa_pkcs1_sha256);
}

function extendedMasterSecret(extensions: readonly Extension[], settings: Settings): boolean {
  const data = findExtension(extensions, ExtensionType.extended_master_secret);
  if (data) decodeExtendedMasterSecret(data);
  if (data || !settings.requireExtendedMasterSecret) return data !== undefined;
  throw new DtlsError(
    "NOTHING_IN_COMMON",
    "the client does not offer extended_master_secret (RFC 7627), and requireExtendedMasterSecret is set",
  );
}

function secureRenegotiation({ extensions, cipherSuites }: ClientHello): boolean {
  const data = findExtension(extensions, ExtensionType.renegotiation_info);
  if (!data) return cipherSuites.includes(TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
  if (decodeRenegotiationInfo(data).length === 0) return true;
  throw new DtlsError("PEER_MISBEHAVED", "renegotiation_info is not empty in a first handshake", {
    alert: AlertDescription.handshake_failure,
  });
}
