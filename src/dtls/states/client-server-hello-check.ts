import { equalBytes, toHex } from "../../util/bytes.ts";
import { AlertDescription } from "../alert.ts";
import { findCipherSuite } from "../cipher-suites.ts";
import { DtlsError } from "../dtls-error.ts";
import { decodeConnectionId } from "../handshake/extensions/connection-id.ts";
import { decodeEcPointFormats, uncompressedPoint } from "../handshake/extensions/ec-point-formats.ts";
import { decodeExtendedMasterSecret } from "../handshake/extensions/extended-master-secret.ts";
import { ExtensionType, findExtension } from "../handshake/extensions/extension-list.ts";
import { decodeRenegotiationInfo } from "../handshake/extensions/renegotiation-info.ts";
import { decodeServerName } from "../handshake/extensions/server-name.ts";
import type { ClientHello } from "../handshake/messages/client-hello.ts";
import type { ServerHello } from "../handshake/messages/server-hello.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";
import type { Settings } from "../settings.ts";
import type { Negotiated } from "./negotiated.ts";

/** The end of a server random that says "I was made to speak less than (D)TLS 1.2": "DOWNGRD" and 00 (RFC 8446 §4.1.3). */
const downgradeSentinel = Uint8Array.of(0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x00);

/** Holds a ServerHello against what was offered; throws DtlsError where the server chose anything else. */
export function acceptServerHello(server: ServerHello, client: ClientHello, settings: Settings): Negotiated {
  checkVersion(server);
  checkExtensionsWereOffered(server, client);
  checkPointFormats(server);
  checkRenegotiationInfo(server);
  return {
    suite: chosenSuite(server, client),
    clientRandom: client.random,
    serverRandom: server.random,
    extendedMasterSecret: hasExtendedMasterSecret(server, settings),
    sessionId: server.sessionId,
    ...askedName(client),
    ...connectionIds(server, client),
  };
}

function checkVersion({ version, random }: ServerHello): void {
  if (version !== ProtocolVersion.dtls1_2) {
    throw new DtlsError("NOTHING_IN_COMMON", `the server speaks version 0x${version.toString(16)}, not DTLS 1.2`, {
      alert: AlertDescription.protocol_version,
    });
  }
  if (equalBytes(random.subarray(24), downgradeSentinel)) throw misbehaved("the server saw a downgraded ClientHello");
}

function checkExtensionsWereOffered(server: ServerHello, client: ClientHello): void {
  for (const { type } of server.extensions) {
    if (findExtension(client.extensions, type)) continue;
    throw misbehaved(
      `ServerHello with extension ${type}, which was not offered`,
      AlertDescription.unsupported_extension,
    );
  }
}

function checkPointFormats({ extensions }: ServerHello): void {
  const data = findExtension(extensions, ExtensionType.ec_point_formats);
  if (!data || decodeEcPointFormats(data).includes(uncompressedPoint)) return;
  throw misbehaved("the server does not take uncompressed points");
}

/** A server that does not know RFC 5746 is accepted: the attack needs a renegotiation, and there is none here. */
function checkRenegotiationInfo({ extensions }: ServerHello): void {
  const data = findExtension(extensions, ExtensionType.renegotiation_info);
  if (!data || decodeRenegotiationInfo(data).length === 0) return;
  throw misbehaved("renegotiation_info is not empty in a first handshake", AlertDescription.handshake_failure);
}

function chosenSuite({ cipherSuite, compressionMethod }: ServerHello, client: ClientHello): Negotiated["suite"] {
  const suite = client.cipherSuites.includes(cipherSuite) ? findCipherSuite(cipherSuite) : undefined;
  if (!suite) {
    const id = toHex(Uint8Array.of(cipherSuite >> 8, cipherSuite & 0xff));
    throw misbehaved(`the server chose cipher suite 0x${id}, which was not offered`);
  }
  if (compressionMethod !== 0) throw misbehaved(`the server chose compression method ${compressionMethod}`);
  return suite;
}

function hasExtendedMasterSecret({ extensions }: ServerHello, settings: Settings): boolean {
  const data = findExtension(extensions, ExtensionType.extended_master_secret);
  if (data) decodeExtendedMasterSecret(data);
  if (data || !settings.requireExtendedMasterSecret) return data !== undefined;
  throw new DtlsError(
    "NOTHING_IN_COMMON",
    "the server does not support extended_master_secret (RFC 7627), and requireExtendedMasterSecret is set",
  );
}

function askedName({ extensions }: ClientHello): Pick<Negotiated, "serverName"> {
  const data = findExtension(extensions, ExtensionType.server_name);
  const serverName = data && decodeServerName(data);
  return serverName === undefined ? {} : { serverName };
}

function connectionIds(server: ServerHello, client: ClientHello): Pick<Negotiated, "connectionIds"> {
  const own = findExtension(client.extensions, ExtensionType.connection_id);
  const peer = findExtension(server.extensions, ExtensionType.connection_id);
  return own && peer ? { connectionIds: { own: decodeConnectionId(own), peer: decodeConnectionId(peer) } } : {};
}

function misbehaved(message: string, alert: AlertDescription = AlertDescription.illegal_parameter): DtlsError {
  return new DtlsError("PEER_MISBEHAVED", message, { alert });
}
