// The whole agent with a SIM that its maker's authority vouches for, and Leshan's servers of another authority: what the
// management server takes comes by EST from the bootstrap server.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { ActiveCertificate, EnrolmentStatus } from "../../src/est/enrolment/enrolment-status.ts";
import { type Cleanup, suiteCleanup } from "../support/foreign/cleanup.ts";
import { simAtSocket } from "../support/foreign/device-sim.ts";
import { GoEstServer } from "../support/foreign/est-server.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { OurAgent } from "../support/foreign/our-agent.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";
import { WatchedAgent } from "../support/watched-agent.ts";

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

  function sim(t: Cleanup, endpoint: string, authority = maker): Promise<string> {
    return simAtSocket(t, authority.device(endpoint), "fast", ["05", "06"]);
  }

  function configuration(endpoint: string, card: string, enrolment: object = {}) {
    return {
      endpoint,
      credentials: { default: `${card}&key=01&cert=03` },
      bootstrap: { uri: `coaps://localhost:${leshan.ports.bootstrapCoaps}` },
      trust: { anchors: [operator.cert] },
      enrolment: { keys: [`${card}&key=05`, `${card}&key=06`], ...enrolment },
    };
  }

  /** As `certificate show` tells it. */
  async function certificateOf(device: OurAgent): Promise<ActiveCertificate> {
    return ((await device.ask("certificate", "show")) as EnrolmentStatus).active ?? assert.fail("no certificate");
  }

  test("bootstrap, crts and sen over one session, Register, then by order sren with a new key and Register", async (t) => {
    const endpoint = "est-whole";
    await provision(endpoint);
    const enrolments = await leshan.bootstrap.events(endpoint);
    const device = new OurAgent(t, configuration(endpoint, await sim(t, endpoint)));
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

  test("with an EST server of another make: enrolment, Register, re-enrolment with a new key, Register", async (t) => {
    const endpoint = "est-go";
    await provision(endpoint);
    const server = await GoEstServer.start(t, operator);
    const card = await sim(t, endpoint, operator);
    const config = configuration(endpoint, card, { est: { uri: `coaps://localhost:${server.port}` } });
    const device = await WatchedAgent.start(t, temporaryFolder(t), config);
    await device.registered(123);
    assert.equal((await server.waitFor("issued")).again, false);
    const from = device.events.length;
    await device.agent.control.renewCertificate("new-key");
    assert.equal((await server.waitFor("issued")).again, true);
    await device.registered(123, from);
    const identities = device.events.flatMap((event) => (event.type === "enrolment-connected" ? [event.identity] : []));
    assert.deepEqual(identities, ["bootstrap", "operational"]);
  });

  test("a certificate that comes later, the agent restarted in between: the identical request goes out again", async (t) => {
    const endpoint = "est-later";
    await provision(endpoint);
    await leshan.bootstrap.enrolment({ delay: 60 });
    const enrolments = await leshan.bootstrap.events(endpoint);
    const [folder, config] = [temporaryFolder(t), configuration(endpoint, await sim(t, endpoint))];
    const first = await WatchedAgent.start(t, folder, config);
    const delayed = await enrolments.waitFor("EST");
    await first.agent.stop();
    await leshan.bootstrap.enrolment({ delay: 0 });
    const second = await WatchedAgent.start(t, folder, config);
    await second.registered(123);
    const issued = await enrolments.waitFor("EST");
    assert.deepEqual([delayed.name, issued.name], ["delayed", "sen"]);
    assert.equal(delayed.request, issued.request);
  });

  test("a certificate that ended while the device slept: enrolled anew by the SIM's own, registered", async (t) => {
    const endpoint = "est-asleep";
    await provision(endpoint);
    await leshan.bootstrap.enrolment({ lifetime: 15 });
    const enrolments = await leshan.bootstrap.events(endpoint);
    const folder = temporaryFolder(t);
    const config = configuration(endpoint, await sim(t, endpoint), { minimumLife: 1, renewal: { floor: 600 } });
    const first = await WatchedAgent.start(t, folder, config);
    await first.registered(123);
    const { notAfter = 0 } = first.agent.status.enrolment?.active?.chain[0] ?? {};
    await first.agent.stop();
    await leshan.bootstrap.enrolment({ lifetime: 86_400 });
    await setTimeout(Math.max(0, notAfter - Date.now() + 1000));
    const second = await WatchedAgent.start(t, folder, config);
    await second.registered(123);
    const names = [await enrolments.waitFor("EST"), await enrolments.waitFor("EST")].map(({ name }) => name);
    assert.deepEqual(names, ["sen", "sen"]);
    assert.ok(!second.events.some(({ type }) => type === "retrying"), "nothing was tried with the old one");
  });
});
