import type { ServerUri } from "../association/server-uri.ts";
import type { CertificateVerifier } from "../credentials/ports/certificate-verifier.ts";
import type { FileReader } from "../credentials/ports/file-reader.ts";
import { looksLikePem, parsePem } from "../crypto/pem.ts";
import { PathValidator } from "../pki/path-validator.ts";
import { PinnedCertificate } from "../pki/pinned-certificate.ts";
import { CodedError, describeError } from "../util/coded-error.ts";
import type { WallClock } from "../util/time.ts";
import type { SecurityConfig } from "./config/config-schema.ts";

export interface TrustPorts {
  readonly wallClock: WallClock;
  readonly files: FileReader;
}

/**
 * What decides on the server's certificate. Without trust in the configuration nothing is accepted: PSK needs none, and
 * a server with a certificate must not pass unchecked. Rejects with CodedError "BAD_TRUST_FILE" that names the file.
 */
export async function createVerifier(
  { trust, sni }: SecurityConfig,
  server: ServerUri,
  ports: TrustPorts,
): Promise<CertificateVerifier> {
  if (trust?.pinned !== undefined) {
    const [certificate = new Uint8Array()] = await certificatesIn(trust.pinned, ports);
    return new PinnedCertificate({ match: "exact", certificate });
  }
  if (trust?.anchors === undefined) return nothingTrusted;
  const files = await Promise.all(trust.anchors.map((file) => certificatesIn(file, ports)));
  const { allowCommonName } = trust;
  const peer = { role: "server", name: sni ?? server.host, allowCommonName } as const;
  return new PathValidator({ anchors: files.flat(), peer, clock: ports.wallClock });
}

const nothingTrusted: CertificateVerifier = {
  verify: async () => ({
    accepted: false,
    code: "untrusted",
    message: "the configuration has neither server.security.trust.anchors nor .pinned",
  }),
};

async function certificatesIn(file: string, ports: TrustPorts): Promise<readonly Uint8Array[]> {
  try {
    const bytes = await ports.files.read(file);
    if (!looksLikePem(bytes)) return [bytes];
    const blocks = parsePem(bytes).filter(({ label }) => label === "CERTIFICATE");
    if (blocks.length > 0) return blocks.map(({ content }) => content);
    throw new CodedError("BAD_TRUST_FILE", "no CERTIFICATE block in it");
  } catch (cause) {
    throw new CodedError("BAD_TRUST_FILE", `trust file ${file}: ${describeError(cause)}`, { cause });
  }
}
