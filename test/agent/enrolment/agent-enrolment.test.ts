import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseCertificate } from "../../../src/pki/certificate.ts";
import { PathValidator } from "../../../src/pki/path-validator.ts";
import { systemWallClock } from "../../../src/platform/clock.ts";
import type { FileObject } from "../../../src/sandbox/bootstrap-file.ts";
import { BootstrapServer } from "../../../src/sandbox/bootstrap-server.ts";
import { provisioningSteps } from "../../../src/sandbox/bootstrap-step.ts";
import { commonNameAdmission } from "../../../src/sandbox/common-name-admission.ts";
import { DemoSim } from "../../../src/sandbox/demo/demo-sim.ts";
import { EstAuthority } from "../../../src/sandbox/est-authority.ts";
import { EstResources, type EstResourcesOptions } from "../../../src/sandbox/est-resources.ts";
import { EstServer } from "../../../src/sandbox/est-server.ts";
import { LwM2mServer } from "../../../src/sandbox/lwm2m-server.ts";
import { SandboxCa } from "../../../src/sandbox/sandbox-ca.ts";
import { WatchedAgent } from "../../support/watched-agent.ts";

const endpoint = "urn:dev:ops:device";

interface StageOptions {
  readonly est?: Partial<EstResourcesOptions>;
  readonly lifetimeMs?: number;
  /** Of the Security instance that bootstrap writes, over mode 4. */
  readonly security?: FileObject["instances"][number];
}

/** A SIM whose own certificate only the bootstrap server takes, and servers of another authority. */
class Stage {
  readonly folder: string;
  readonly bootstrap: BootstrapServer;
  readonly server: LwM2mServer;
  /** Subjects and issuers of the certificates that the management server has let in. */
  readonly seen: string[] = [];
  readonly issued: string[] = [];
  readonly authority: EstAuthority;
  readonly #config: object;
  readonly #authorities: { readonly simCa: SandboxCa; readonly ca: SandboxCa };

  static async open(t: TestContext, options: StageOptions = {}): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), "agent-enrolment-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const [simCa, ca] = await Promise.all([SandboxCa.create(), SandboxCa.create()]);
    const authority = await EstAuthority.of(ca.certificate, await ca.privateKeyPem(), {
      lifetimeMs: options.lifetimeMs ?? 90 * 86_400_000,
    });
    const sim = await DemoSim.start(endpoint, simCa, "fast", join(folder, "card.sock"));
    t.after(() => sim.close());
    writeFileSync(join(folder, "ca.pem"), ca.certificatePem);
    const stage = new Stage(folder, authority, sim, await servers(t, { simCa, ca, authority }, options), {
      simCa,
      ca,
    });
    return stage;
  }

  private constructor(
    folder: string,
    authority: EstAuthority,
    sim: DemoSim,
    made: { bootstrap: BootstrapServer; server: LwM2mServer; seen: string[]; issued: string[] },
    authorities: { readonly simCa: SandboxCa; readonly ca: SandboxCa },
  ) {
    this.#authorities = authorities;
    this.folder = folder;
    this.authority = authority;
    this.bootstrap = made.bootstrap;
    this.server = made.server;
    this.seen = made.seen;
    this.issued = made.issued;
    const card = `iotsafe:?channel=socket:${sim.socketPath}`;
    this.#config = {
      endpoint,
      credentials: { default: `${card}&key=01&cert=03` },
      bootstrap: { uri: made.bootstrap.uri },
      trust: { anchors: ["ca.pem"] },
      enrolment: { keys: [`${card}&key=02`, `${card}&key=04`] },
    };
  }

  /** Takes both authorities' devices, as the bootstrap server does. */
  async estServer(t: TestContext): Promise<EstServer> {
    const { simCa, ca } = this.#authorities;
    const server = await EstServer.start({
      authority: this.authority,
      security: {
        certificate: { own: await ca.issueServer(), verifier: clientsOf([simCa.certificate, ca.certificate]) },
      },
    });
    t.after(() => server.close());
    return server;
  }

  agent(t: TestContext, enrolment: object = {}): Promise<WatchedAgent> {
    const config = this.#config as { enrolment: object };
    return WatchedAgent.start(t, this.folder, { ...config, enrolment: { ...config.enrolment, ...enrolment } });
  }
}

function clientsOf(anchors: readonly Uint8Array[]): PathValidator {
  return new PathValidator({ anchors, peer: { role: "client" }, clock: systemWallClock });
}

async function servers(
  t: TestContext,
  { simCa, ca, authority }: { simCa: SandboxCa; ca: SandboxCa; authority: EstAuthority },
  options: StageOptions,
) {
  const seen: string[] = [];
  const issued: string[] = [];
  const server = await LwM2mServer.start({
    security: { certificate: { own: await ca.issueServer(), verifier: clientsOf([ca.certificate]) } },
    admit: (name, association) => {
      const [leaf = new Uint8Array()] = association.session?.peerChain ?? [];
      seen.push(parseCertificate(leaf).issuer.text);
      return commonNameAdmission(name, association);
    },
  });
  t.after(() => server.close());
  const security = { 0: server.uri, 1: false, 2: 4, 10: 101, 4: ca.certificate, 15: 2, ...options.security };
  const objects: FileObject[] = [
    { id: 0, instances: { 1: security } },
    { id: 1, instances: { 1: { 0: 101, 1: 300, 6: true, 7: "U" } } },
  ];
  const onIssued = (certificate: Uint8Array, name: string) =>
    void issued.push(`${name} ${parseCertificate(certificate).subject.text}`);
  const bootstrap = await BootstrapServer.start({
    plan: () => ({ session: provisioningSteps(objects) }),
    est: new EstResources({ authority, onIssued, ...options.est }),
    security: {
      certificate: { own: await ca.issueServer(), verifier: clientsOf([simCa.certificate, ca.certificate]) },
    },
  });
  t.after(() => bootstrap.close());
  return { bootstrap, server, seen, issued };
}

test("mode 4: enrols on the bootstrap session, proves the certificate, registers with it and no other", async (t) => {
  const stage = await Stage.open(t);
  const watched = await stage.agent(t);
  await watched.registered(101);
  assert.deepEqual(watched.warnings, []);
  assert.deepEqual(stage.issued, [`sen CN=${endpoint}`]);
  assert.deepEqual(stage.seen, ["CN=lwm2m-safe sandbox CA"]);
  // Bootstrap and EST over one, the proof, the registration.
  assert.equal(watched.events.filter(({ type }) => type === "handshake").length, 3);
  const { enrolment } = watched.agent.status;
  assert.deepEqual(enrolment?.slots, ["proven", "idle"]);
  assert.equal(enrolment?.active?.confirmed, true);
  assert.equal(enrolment?.next.kind, "renew");
  await watched.agent.stop();
});

test("a restart goes on with the certificate, and an order for a new key ends in a registration with it", async (t) => {
  const stage = await Stage.open(t);
  const first = await stage.agent(t);
  await first.registered(101);
  await first.agent.stop();
  const second = await stage.agent(t);
  await second.registered(101);
  assert.equal(stage.issued.length, 1);
  const before = second.agent.status.enrolment?.active;
  const from = second.events.length;
  await second.agent.control.renewCertificate("new-key");
  await second.registered(101, from);
  const after = await settled(second);
  assert.deepEqual(stage.issued, [`sen CN=${endpoint}`, `sren CN=${endpoint}`]);
  assert.deepEqual([before?.slot, after.slot], [0, 1]);
  assert.notEqual(before?.spkiHash, after.spkiHash);
  assert.deepEqual(second.warnings, []);
  await second.agent.stop();
});

test("a due certificate is renewed without being asked for", async (t) => {
  const stage = await Stage.open(t, { lifetimeMs: 4_000 });
  const watched = await stage.agent(t, {
    minimumLife: 1,
    renewal: { nominalUsage: 0.0001, floor: 0, longestMargin: 3600 },
  });
  await watched.registered(101);
  const { length } = watched.events;
  await watched.until("enrolment-proven", () => true, length);
  await watched.registered(101, length);
  assert.ok(stage.issued.includes(`sren CN=${endpoint}`));
  await watched.agent.stop();
});

test("mode 2 without keys, enrolled before Bootstrap-Request: the same session, registered", async (t) => {
  const stage = await Stage.open(t, { security: { 2: 2 } });
  const watched = await stage.agent(t, { order: "before-bootstrap", keylessAccounts: true });
  await watched.registered(101);
  const order = watched.events.flatMap(({ type }) =>
    type === "enrolment-issued" || type === "bootstrapped" ? [type] : [],
  );
  assert.deepEqual(order, ["enrolment-issued", "bootstrapped"]);
  assert.deepEqual(stage.seen, ["CN=lwm2m-safe sandbox CA"]);
  await watched.agent.stop();
});

test("keys in software and a CA that wants to be asked again enrol as well", async (t) => {
  const stage = await Stage.open(t, { est: { delaySeconds: 1 } });
  const watched = await stage.agent(t, { keys: "software" });
  await watched.registered(101);
  assert.deepEqual(watched.agent.status.enrolment?.slots, ["proven", "idle"]);
  assert.equal(stage.issued.length, 1);
  await watched.agent.stop();
});

test("while the CA takes its time the account waits for the certificate, also after a restart, and does not fail", async (t) => {
  const stage = await Stage.open(t, { est: { delaySeconds: 121 } });
  const first = await stage.agent(t, { keys: "software" });
  assert.equal((await first.until("enrolment-failed")).code, "EST_PENDING");
  await first.until("accounts");
  await accountIs(first, "connecting");
  await first.agent.stop();
  const second = await stage.agent(t, { keys: "software" });
  await second.until("accounts");
  await accountIs(second, "connecting");
  await second.agent.stop();
  for (const { type } of [...first.events, ...second.events])
    assert.ok(!["connecting", "retrying", "given-up"].includes(type), type);
  assert.deepEqual(stage.issued, []);
});

test("a CA that refuses: the reason is said, and no account is used without the certificate", async (t) => {
  const stage = await Stage.open(t, { est: { admit: () => "not in the list of devices" } });
  const watched = await stage.agent(t);
  const { code, reason } = await watched.until("enrolment-failed");
  assert.equal(code, "EST_REFUSED");
  assert.match(reason, /not in the list of devices/);
  const { error } = await watched.until("retrying", ({ server }) => server === 101);
  assert.ok("code" in error && error.code === "NOT_ENROLLED");
  assert.deepEqual(stage.seen, []);
  await watched.agent.stop();
});

/** Resolves when the one account is in this state, and has had time to leave it again. */
async function accountIs({ agent }: WatchedAgent, state: string): Promise<void> {
  const look = () => new Promise((resolve) => setImmediate(resolve));
  while (agent.status.servers[0]?.state !== state) await look();
  for (let turns = 0; turns < 100; turns++) await look();
}

/** The certificate in use once its registration has confirmed it. */
async function settled(watched: WatchedAgent) {
  for (;;) {
    const active = watched.agent.status.enrolment?.active;
    if (active?.confirmed) return active;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("an EST server of its own: an association with the device's first credential, later with the certificate", async (t) => {
  const stage = await Stage.open(t, { est: { admit: () => "not here" } });
  const own = await stage.estServer(t);
  const watched = await stage.agent(t, { est: { uri: own.uri } });
  await watched.registered(101);
  const from = watched.events.length;
  await watched.agent.control.renewCertificate();
  await watched.registered(101, from);
  const identities = watched.events.flatMap((event) => (event.type === "enrolment-connected" ? [event.identity] : []));
  assert.deepEqual(identities, ["bootstrap", "operational"]);
  await watched.agent.stop();
});
