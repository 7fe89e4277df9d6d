import type { TestContext } from "node:test";
import { SoftwarePreSharedKey } from "../../src/credentials/adapters/file/software-pre-shared-key.ts";
import { SoftwareSigner } from "../../src/credentials/adapters/file/software-signer.ts";
import type { Credential } from "../../src/credentials/ports/credential.ts";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { PrivateKey } from "../../src/crypto/private-key.ts";
import { PathValidator } from "../../src/pki/path-validator.ts";
import { monotonicClock, systemWallClock } from "../../src/platform/clock.ts";
import { nodeTimers } from "../../src/platform/timers.ts";
import { udpNetwork } from "../../src/platform/udp-path.ts";
import { LwM2mServer, type LwM2mServerOptions } from "../../src/sandbox/lwm2m-server.ts";
import type { CertifiedKey, SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import type { ServerSecurity } from "../../src/sandbox/server-security.ts";
import { encodeUtf8, equalBytes } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { silentLogger } from "../../src/util/log.ts";

/** What connecting takes on this machine. */
export const realPorts = {
  network: udpNetwork(),
  clock: monotonicClock,
  timers: nodeTimers,
  entropy: nodeEntropy,
  ephemeralKeys: nodeEphemeralKeys,
  logger: silentLogger,
};

const psk = new SoftwarePreSharedKey(
  encodeUtf8("device"),
  Uint8Array.from({ length: 16 }, (_, i) => i),
);

export const pskCredential: Credential = { kind: "psk", preSharedKey: psk };

/** Of a server that knows the device above. */
export const pskSecurity: ServerSecurity = {
  psk: ({ identity, input }, signal) => {
    if (!equalBytes(identity, psk.identity)) throw new CodedError("UNKNOWN_IDENTITY", "unknown psk_identity");
    return psk.deriveMasterSecret(input, signal);
  },
};

export async function pskServer(t: TestContext, options: LwM2mServerOptions = {}): Promise<LwM2mServer> {
  const server = await LwM2mServer.start({ ...options, security: pskSecurity });
  t.after(() => server.close());
  return server;
}

export async function certificateServer(
  t: TestContext,
  ca: SandboxCa,
  options: LwM2mServerOptions & { readonly own?: CertifiedKey } = {},
): Promise<LwM2mServer> {
  const verifier = new PathValidator({ anchors: [ca.certificate], peer: { role: "client" }, clock: systemWallClock });
  const own = options.own ?? (await ca.issueServer());
  const server = await LwM2mServer.start({ ...options, security: { certificate: { own, verifier } } });
  t.after(() => server.close());
  return server;
}

export function softwareCredential({ certificate, privateKey }: CertifiedKey): Credential {
  const signer = new SoftwareSigner(PrivateKey.fromDer(privateKey, "pkcs8"));
  return { kind: "certificate", signer, certificates: { chain: async () => [certificate] } };
}

export function serverVerifier(ca: SandboxCa, name = "127.0.0.1"): PathValidator {
  return new PathValidator({ anchors: [ca.certificate], peer: { role: "server", name }, clock: systemWallClock });
}
