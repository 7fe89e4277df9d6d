import type { ServerUri } from "../../association/server-uri.ts";
import type { CertificateVerifier } from "../../credentials/ports/certificate-verifier.ts";
import type { FileReader } from "../../credentials/ports/file-reader.ts";
import { looksLikePem, parsePem } from "../../crypto/pem.ts";
import { PathValidator } from "../../pki/path-validator.ts";
import { PinnedCertificate } from "../../pki/pinned-certificate.ts";
import { RevocationLists } from "../../pki/revocation-lists.ts";
import { CertificateUsage, MatchingType, verifierForUsage } from "../../pki/verifier-for-usage.ts";
import { CodedError, describeError } from "../../util/coded-error.ts";
import type { WallClock } from "../../util/time.ts";
import type { TrustConfig } from "../config/config-schema.ts";
import type { AccountSecurity } from "./account-security.ts";

type RevocationConfig = NonNullable<TrustConfig["revocation"]>;

export interface TrustPorts {
  readonly wallClock: WallClock;
  readonly files: FileReader;
}

/**
 * What decides on the server's certificate: what the account names (/0/x/4, 13, 15) with the trust store of the
 * configuration, or that alone. Without either nothing is accepted: PSK needs none, and a server with a certificate must
 * not pass unchecked. Rejects with CodedError "BAD_TRUST_FILE" that names the file, and as `verifierForUsage` throws.
 */
export async function createVerifier(
  account: AccountSecurity,
  server: ServerUri,
  ports: TrustPorts,
): Promise<CertificateVerifier> {
  const { settings, serverName } = account;
  const given = account.anchors ?? [];
  const trust = given.length > 0 ? undefined : account.trust;
  const { serverPublicKey: association } = settings;
  if (!association && trust?.pinned !== undefined) {
    const certificate = await pinnedCertificate(trust.pinned, ports.files);
    return new PinnedCertificate({ match: "exact", certificate });
  }
  if (!association && given.length === 0 && trust?.anchors === undefined) return nothingTrusted;
  const name = serverName ?? server.host;
  const peer = { role: "server", name, allowCommonName: account.trust?.allowCommonName ?? false } as const;
  const validator = {
    anchors: [...given, ...(trust ? await trustAnchors(trust, ports.files) : [])],
    peer,
    clock: ports.wallClock,
    ...(account.trust?.revocation && { revoked: await revokedBy(account.trust.revocation, ports) }),
  };
  if (!association) return new PathValidator(validator);
  return verifierForUsage({
    ...validator,
    association,
    usage: oneOf(CertificateUsage, settings.certificateUsage, "certificate usage"),
    matchingType: oneOf(MatchingType, settings.matchingType, "matching type"),
  });
}

const nothingTrusted: CertificateVerifier = {
  verify: async () => ({
    accepted: false,
    code: "untrusted",
    message: "the account names no certificate, and the configuration has neither trust.anchors nor trust.pinned",
  }),
};

/** DER. Rejects with CodedError "BAD_TRUST_FILE" that names the file. */
export async function trustAnchors({ anchors = [] }: TrustConfig, files: FileReader): Promise<readonly Uint8Array[]> {
  return (await Promise.all(anchors.map((file) => certificatesIn(file, files)))).flat();
}

/** DER, the first of the file. Rejects with CodedError "BAD_TRUST_FILE" that names the file. */
export async function pinnedCertificate(file: string, files: FileReader): Promise<Uint8Array> {
  const [certificate = new Uint8Array()] = await certificatesIn(file, files);
  return certificate;
}

async function revokedBy({ lists, missing }: RevocationConfig, { files, wallClock: clock }: TrustPorts) {
  const crls = (await Promise.all(lists.map((file) => blocksIn(file, "X509 CRL", files)))).flat();
  try {
    return new RevocationLists({ crls, clock, missing }).revoked;
  } catch (cause) {
    const message = `trust.revocation.lists, ${lists.join(", ")}: ${describeError(cause)}`;
    throw new CodedError("BAD_TRUST_FILE", message, { cause });
  }
}

function certificatesIn(file: string, files: FileReader): Promise<readonly Uint8Array[]> {
  return blocksIn(file, "CERTIFICATE", files);
}

async function blocksIn(file: string, wanted: string, files: FileReader): Promise<readonly Uint8Array[]> {
  try {
    const bytes = await files.read(file);
    if (!looksLikePem(bytes)) return [bytes];
    const blocks = parsePem(bytes).filter(({ label }) => label === wanted);
    if (blocks.length > 0) return blocks.map(({ content }) => content);
    throw new CodedError("BAD_TRUST_FILE", `no ${wanted} block in it`);
  } catch (cause) {
    throw new CodedError("BAD_TRUST_FILE", `trust file ${file}: ${describeError(cause)}`, { cause });
  }
}

/** Throws CodedError "BAD_ACCOUNT" for a number that stands for nothing. */
function oneOf<T extends number>(numbers: Readonly<Record<string, T>>, value: number, what: string): T {
  const found = Object.values(numbers).find((each) => each === value);
  if (found === undefined) throw new CodedError("BAD_ACCOUNT", `${what} ${value} of the account stands for nothing`);
  return found;
}
