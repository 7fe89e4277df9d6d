import type { ServerUri } from "../../association/server-uri.ts";
import { Code } from "../../coap/message.ts";
import type { FileReader } from "../../credentials/ports/file-reader.ts";
import type { SecuritySettings } from "../../lwm2m/bootstrap/security-settings.ts";
import { type BlockPeer, CoapSource } from "../../lwm2m/package-delivery/coap-source.ts";
import type { DownloadSource, DownloadSources } from "../../lwm2m/package-delivery/download-source.ts";
import type { TlsTrust } from "../../platform/http-request.ts";
import { HttpSource } from "../../platform/http-source.ts";
import { CodedError } from "../../util/coded-error.ts";
import { type AccountSecurity, modeOfCredential } from "../accounts/account-security.ts";
import { ServerAssociations, type ServerAssociationsPorts } from "../accounts/server-associations.ts";
import { pinnedCertificate, trustAnchors } from "../accounts/trust.ts";
import type { AgentConfig } from "../config/config-schema.ts";

/** Where packages can be fetched from, as the configuration allows. */
export function packageSources(
  config: AgentConfig,
  ports: ServerAssociationsPorts,
  files: FileReader,
): DownloadSources {
  const coap = new CoapSource((uri, signal) => connect(uri, config, ports, signal));
  const http = new HttpSource(async () => httpsTrust(config, files));
  const all: readonly (readonly [string, DownloadSource])[] = [
    ["coap", coap],
    ["coaps", coap],
    ["http", http],
    ["https", http],
  ];
  return new Map(all.filter(([scheme]) => config.packages.protocols.some((allowed) => allowed === scheme)));
}

async function connect(
  uri: ServerUri,
  config: AgentConfig,
  ports: ServerAssociationsPorts,
  signal: AbortSignal,
): Promise<BlockPeer> {
  const associations = new ServerAssociations(serverSecurity(uri, config), ports);
  const association = await associations.connect(() => ({ code: Code.NotFound }), signal);
  return {
    fetchBlock: async (request, block, abort) => {
      if (!association.fetchBlock) throw new CodedError("NO_BLOCKS", "the association does not fetch single blocks");
      return association.fetchBlock(request, block, abort);
    },
    close: () => association.close(),
  };
}

/** A package server is no server account; it is met as one without keys of its own. */
function serverSecurity(uri: ServerUri, config: AgentConfig): AccountSecurity {
  const credential = config.packages.credential ?? config.credentials.default;
  const trust = config.packages.trust ?? config.trust;
  if (uri.secure && credential === undefined) {
    throw new CodedError("NO_CREDENTIAL", "packages.credential or credentials.default is missing, and coaps needs one");
  }
  const settings: SecuritySettings = {
    instance: 0,
    uri: uri.text,
    bootstrap: false,
    mode: uri.secure && credential !== undefined ? modeOfCredential(credential) : "nosec",
    holdOffSeconds: 0,
    matchingType: 0,
    certificateUsage: 3,
    cipherSuites: [],
    groups: [],
    secondaryUris: [],
    oscore: false,
  };
  return { settings, configured: true, ...(credential !== undefined && { credential }), ...(trust && { trust }) };
}

/** The pinned certificate or the anchors of the configuration; without both the authorities that come with Node. */
async function httpsTrust({ packages, trust: common }: AgentConfig, files: FileReader): Promise<TlsTrust> {
  const trust = packages.trust ?? common;
  // Better no package than one from a server whose revocation was not looked at.
  if (trust?.revocation) throw new CodedError("NO_REVOCATION", listsUnused);
  if (trust?.pinned !== undefined) return { pinned: await pinnedCertificate(trust.pinned, files) };
  return trust ? { anchors: await trustAnchors(trust, files) } : {};
}

const listsUnused =
  "trust.revocation is not looked at for https: fetch by coaps, or give packages.trust without it for https alone";
