import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { parsePem } from "../../src/crypto/pem.ts";
import { type Cleanup, suiteCleanup } from "../support/foreign/cleanup.ts";
import { simAtSocket } from "../support/foreign/device-sim.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { type AgentOptions, OurAgent } from "../support/foreign/our-agent.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";

const key = "00112233445566778899aabbccddeeff";
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const derOf = (path: string): string => base64(new X509Certificate(readFileSync(path)).raw);

describe("our agent at Leshan's bootstrap server, in LwM2M 1.1", () => {
  const cleanup = suiteCleanup();
  const authority = new TestAuthority(cleanup);
  const identity = authority.server();
  let leshan: Leshan;
  before(async () => {
    leshan = await startLeshan(cleanup, { identity, ca: authority.cert });
  });

  const bootstrapUri = (): string => `coaps://localhost:${leshan.ports.bootstrapCoaps}`;
  const serverUri = (): string => `coaps://localhost:${leshan.ports.coaps}`;

  /** What the bootstrap server writes: one account, its security as given. */
  async function provision(endpoint: string, security: Readonly<Record<string, unknown>>): Promise<void> {
    await leshan.bootstrap.configure(endpoint, {
      toDelete: ["/0", "/1"],
      servers: { 0: { shortId: 123, lifetime: 300, binding: "U", notifIfDisabled: true } },
      security: { 1: { bootstrapServer: false, uri: serverUri(), serverId: 123, ...security } },
    });
  }

  const pskFor = (endpoint: string) => ({
    securityMode: "PSK",
    publicKeyOrId: base64(Buffer.from(endpoint)),
    secretKey: base64(Buffer.from(key, "hex")),
  });

  async function allowPsk(endpoint: string): Promise<void> {
    const security = { endpoint, tls: { mode: "psk" as const, details: { identity: endpoint, key } } };
    await Promise.all([leshan.bootstrap.allow(security), leshan.management.allow(security)]);
  }

  function pskAgent(t: Cleanup, endpoint: string, more: Partial<AgentOptions> = {}): OurAgent {
    const file = join(temporaryFolder(t), "psk.hex");
    writeFileSync(file, key);
    const security = { credential: `file:${file}?identity=${endpoint}` };
    return new OurAgent(t, { endpoint, bootstrap: { uri: bootstrapUri(), security }, ...more });
  }

  test("by PSK: gets a PSK account and registers; the next start needs no bootstrap server", async (t) => {
    await allowPsk("boot-psk");
    await provision("boot-psk", pskFor("boot-psk"));
    const stateDirectory = join(temporaryFolder(t), "state");
    const sessions = await leshan.bootstrap.events("boot-psk");
    const events = await leshan.management.events("boot-psk");
    const first = pskAgent(t, "boot-psk", { stateDirectory });
    assert.equal((await first.waitFor("bootstrapped")).way, "session");
    await sessions.waitFor("BSSESSION", (step) => step.name === "finished");
    assert.equal((await first.waitFor("registered")).server, 123);
    await events.waitFor("REGISTRATION");
    assert.match((await leshan.management.registration("boot-psk")).cipherSuite ?? "", /PSK/);
    await first.stop();
    await leshan.bootstrap.forget("boot-psk");
    const second = pskAgent(t, "boot-psk", { stateDirectory });
    const accounts = await second.waitFor("accounts");
    assert.deepEqual(accounts.servers, [{ shortServerId: 123, uri: serverUri() }]);
    await second.waitFor("registered");
  });

  test("by the SIM's certificate: gets a trust anchor and no key, and the SIM signs for both servers", async (t) => {
    const endpoint = "boot-sim";
    const x509 = { endpoint, tls: { mode: "x509" as const } };
    await Promise.all([leshan.bootstrap.allow(x509), leshan.management.allow(x509)]);
    await provision(endpoint, {
      securityMode: "X509",
      serverPublicKey: derOf(authority.cert),
      certificateUsage: "TRUST_ANCHOR_ASSERTION",
    });
    const agent = new OurAgent(t, {
      endpoint,
      credentials: { default: await simAtSocket(t, authority.device(endpoint)) },
      bootstrap: { uri: bootstrapUri(), security: { trust: { anchors: [authority.cert] } } },
    });
    await agent.waitFor("registered");
    assert.match((await leshan.management.registration(endpoint)).cipherSuite ?? "", /ECDHE_ECDSA/);
  });

  test("a certificate and its key come with the account, and the server's own certificate is pinned", async (t) => {
    const endpoint = "boot-keys";
    await leshan.bootstrap.allow({ endpoint, tls: { mode: "psk", details: { identity: endpoint, key } } });
    await leshan.management.allow({ endpoint, tls: { mode: "x509" } });
    const device = authority.device(endpoint);
    const [secretKey] = parsePem(readFileSync(device.key));
    await provision(endpoint, {
      securityMode: "X509",
      publicKeyOrId: derOf(device.cert),
      secretKey: base64(secretKey?.content ?? assert.fail()),
      serverPublicKey: derOf(identity.cert),
      certificateUsage: "DOMAIN_ISSUER_CERTIFICATE",
    });
    await pskAgent(t, endpoint).waitFor("registered");
    assert.match((await leshan.management.registration(endpoint)).cipherSuite ?? "", /ECDHE_ECDSA/);
  });

  test("a server asks for bootstrap by /1/x/9, and the device goes where it is told then", async (t) => {
    await allowPsk("boot-again");
    await provision("boot-again", pskFor("boot-again"));
    const agent = pskAgent(t, "boot-again");
    await agent.waitFor("registered");
    const moved = { ...pskFor("boot-again"), bootstrapServer: false, uri: serverUri(), serverId: 124 };
    await leshan.bootstrap.configure("boot-again", {
      toDelete: ["/0", "/1"],
      servers: { 0: { shortId: 124, lifetime: 200, binding: "U", notifIfDisabled: true } },
      security: { 1: moved },
    });
    assert.equal((await leshan.management.execute("boot-again", "/1/0/9")).status, "CHANGED(204)");
    await agent.waitFor("registered", ({ server }) => server === 124);
    assert.equal((await leshan.management.registration("boot-again")).lifetime, 200);
  });

  test("an account that is inconsistent is answered 4.06 at Finish", async (t) => {
    await allowPsk("boot-wrong");
    await provision("boot-wrong", { ...pskFor("boot-wrong"), serverId: 99 });
    const sessions = await leshan.bootstrap.events("boot-wrong");
    pskAgent(t, "boot-wrong");
    await sessions.waitFor("BSSESSION", ({ message }) => /NOT_ACCEPTABLE|406/.test(message));
  });
});
