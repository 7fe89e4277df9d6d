// The whole agent with a SIM that its maker's authority vouches for, and Leshan's servers of another authority: what the
// management server takes comes by EST from the bootstrap server.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import type { ActiveCertificate, EnrolmentStatus } from "../../src/est/enrolment/enrolment-status.ts";
import { type Cleanup, suiteCleanup } from "../support/foreign/cleanup.ts";
import { simAtSocket } from "../support/foreign/device-sim.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { OurAgent } from "../support/foreign/our-agent.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";

describe("our agent enrols at Leshan's bootstrap server", () => {
  const cleanup = suiteCleanup();
  const maker = new TestAuthority(cleanup, "Maker of SIMs");
  const operator = new TestAuthority(cleanup, "Operator");
  let leshan: Leshan;
  before(async () => {
    leshan = await startLeshan(cleanup, {
      identity: operator.server(),
      ca: operator.cert,
      bootstrapCa: bothOf(maker, operator),
      est: operator,
    });
  });

  /** Both authorities' certificates in one file. */
  function bothOf(...authorities: readonly TestAuthority[]): string {
    const file = join(temporaryFolder(cleanup), "both.pem");
    writeFileSync(file, authorities.map(({ cert }) => readFileSync(cert, "utf8")).join(""));
    return file;
  }

  /** One account in the given mode, as Leshan's own configuration store has it. */
  async function provision(endpoint: string): Promise<void> {
    const x509 = { endpoint, tls: { mode: "x509" as const } };
    await Promise.all([leshan.bootstrap.allow(x509), leshan.management.allow(x509)]);
    await leshan.bootstrap.configure(endpoint, {
      toDelete: ["/0", "/1"],
      servers: { 0: { shortId: 123, lifetime: 300, binding: "U", notifIfDisabled: true } },
      security: {
        1: {
          bootstrapServer: false,
          uri: `coaps://localhost:${leshan.ports.coaps}`,
          serverId: 123,
          securityMode: "EST",
          serverPublicKey: new X509Certificate(readFileSync(operator.cert)).raw.toString("base64"),
          certificateUsage: "TRUST_ANCHOR_ASSERTION",
        },
      },
    });
  }

  async function sim(t: Cleanup, endpoint: string): Promise<string> {
    return simAtSocket(t, maker.device(endpoint), "fast", ["05", "06"]);
  }

  function agent(t: Cleanup, endpoint: string, card: string, state?: string): OurAgent {
    return new OurAgent(t, {
      endpoint,
      credentials: { default: `${card}&key=01&cert=03` },
      bootstrap: { uri: `coaps://localhost:${leshan.ports.bootstrapCoaps}` },
      trust: { anchors: [operator.cert] },
      enrolment: { keys: [`${card}&key=05`, `${card}&key=06`] },
      ...(state !== undefined && { stateDirectory: state }),
    });
  }

  /** As `certificate show` tells it. */
  async function certificateOf(device: OurAgent): Promise<ActiveCertificate> {
    return ((await device.ask("certificate", "show")) as EnrolmentStatus).active ?? assert.fail("no certificate");
  }

  test("bootstrap, crts and sen over one session, Register, then by order sren with a new key and Register", async (t) => {
    const endpoint = "est-whole";
    await provision(endpoint);
    const enrolments = await leshan.bootstrap.events(endpoint);
    const device = agent(t, endpoint, await sim(t, endpoint));
    await device.waitFor("handshake");
    await device.waitFor("enrolment-issued");
    // The proof at the management server, and only then another session.
    const { peer } = await device.waitFor("handshake");
    assert.match(String(peer), new RegExp(`:${leshan.ports.coaps}$`));
    await device.waitFor("registered");
    assert.equal((await enrolments.waitFor("EST")).name, "sen");
    assert.match((await leshan.management.registration(endpoint)).cipherSuite ?? "", /ECDHE_ECDSA/);
    const first = await certificateOf(device);

    await device.ask("enrol", "--rekey");
    assert.equal((await enrolments.waitFor("EST")).name, "sren");
    await device.waitFor("registered");
    const second = await certificateOf(device);
    assert.deepEqual([first.slot, second.slot], [0, 1]);
    assert.notEqual(first.spkiHash, second.spkiHash);
    assert.deepEqual([second.chain[0]?.subject, second.chain[0]?.issuer], [`CN=${endpoint}`, "CN=Operator"]);
  });
});
