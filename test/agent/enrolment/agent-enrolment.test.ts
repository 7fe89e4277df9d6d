import assert from "node:assert/strict";
import { test } from "node:test";
import { EnrolmentStage, endpoint } from "../../support/enrolment-stage.ts";
import type { WatchedAgent } from "../../support/watched-agent.ts";

test("mode 4: enrols on the bootstrap session, proves the certificate, registers with it and no other", async (t) => {
  const stage = await EnrolmentStage.open(t);
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
  const stage = await EnrolmentStage.open(t);
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
  const stage = await EnrolmentStage.open(t, { lifetimeMs: 4_000 });
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
  const stage = await EnrolmentStage.open(t, { security: { 2: 2 } });
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
  const stage = await EnrolmentStage.open(t, { est: { delaySeconds: 1 } });
  const watched = await stage.agent(t, { keys: "software" });
  await watched.registered(101);
  assert.deepEqual(watched.agent.status.enrolment?.slots, ["proven", "idle"]);
  assert.equal(stage.issued.length, 1);
  await watched.agent.stop();
});

test("while the CA takes its time the account waits for the certificate, also after a restart, and does not fail", async (t) => {
  const stage = await EnrolmentStage.open(t, { est: { delaySeconds: 121 } });
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
  const stage = await EnrolmentStage.open(t, { est: { admit: () => "not in the list of devices" } });
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
  const stage = await EnrolmentStage.open(t, { est: { admit: () => "not here" } });
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
