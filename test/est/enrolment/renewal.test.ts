import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Enrolment } from "../../../src/est/enrolment/enrolment.ts";
import type { EnrolmentRecord } from "../../../src/est/enrolment/enrolment-record.ts";
import { Renewal } from "../../../src/est/enrolment/renewal.ts";
import { type DecisionPolicy, decideRenewal } from "../../../src/est/enrolment/renewal-decision.ts";
import { defaultRenewalPolicy, renewalTime } from "../../../src/est/enrolment/renewal-policy.ts";
import { WallTimer } from "../../../src/est/enrolment/wall-timer.ts";
import { parseCertificate } from "../../../src/pki/certificate.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { makeLeaf } from "../../support/certificates.ts";
import { day, EnrolmentWorld, type WorldOptions } from "../../support/enrolment-world.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const policy = { ...defaultRenewalPolicy, jitter: 0 };
const decisionPolicy: DecisionPolicy = { ...policy, firstRetryMs: 60_000, maxRetryMs: day };
const t0 = Date.parse("2026-01-01T00:00:00Z");

async function held(notBefore: number, notAfter: number, since = notBefore) {
  const dates = { notBefore: new Date(notBefore).toISOString(), notAfter: new Date(notAfter).toISOString() };
  const { certDer } = await makeLeaf(dates);
  return { spkiHash: new Uint8Array(32), chain: [certDer], since };
}

suite("when a certificate is renewed", () => {
  test("a short one at nine tenths of its life, a long one a month before its end", async () => {
    assert.equal(renewalTime(await held(t0, t0 + 10 * day), policy), t0 + 9 * day);
    assert.equal(renewalTime(await held(t0, t0 + 100 * day), policy), t0 + 90 * day);
    assert.equal(renewalTime(await held(t0, t0 + 1000 * day), policy), t0 + 970 * day);
  });

  test("the life counts from its proof, unless a wrong clock dated that", async () => {
    assert.equal(renewalTime(await held(t0, t0 + 100 * day, t0 + 50 * day), policy), t0 + 95 * day);
    for (const since of [0, t0 + 5000 * day])
      assert.equal(renewalTime(await held(t0, t0 + 100 * day, since), policy), t0 + 90 * day);
  });

  test("jitter makes it earlier by a tenth of what is left at most, the same after each restart, another for each device", async () => {
    const times = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const certificate = await held(t0, t0 + 100 * day);
      const time = renewalTime(certificate, defaultRenewalPolicy) ?? assert.fail();
      assert.equal(renewalTime(certificate, defaultRenewalPolicy), time);
      assert.ok(time <= t0 + 90 * day && time >= t0 + 89 * day);
      times.add(time);
    }
    assert.ok(times.size > 15);
  });

  test("a certificate without end, 9999-12-31, never is", async () => {
    const certificate = await held(t0, Date.parse("9999-12-31T23:59:59Z"));
    assert.equal(renewalTime(certificate, policy), undefined);
    const record: EnrolmentRecord = { version: 1, activeSlot: 0, slots: [certificate, undefined] };
    const clock = { now: () => t0, trusted: true };
    assert.deepEqual(decideRenewal(record, clock, decisionPolicy), { kind: "none", reason: "no-end" });
  });
});

suite("what is due", () => {
  const at = (now: number, trusted = true) => ({ now: () => now, trusted });

  test("a device without certificate enrols; one under way goes on; while the clock is not set nothing is renewed", async () => {
    const empty: EnrolmentRecord = { version: 1, slots: [undefined] };
    assert.deepEqual(decideRenewal(empty, at(t0), decisionPolicy), { kind: "enrol", at: t0, mode: "new-key" });
    const attempt = {
      slot: 0,
      mode: "new-key",
      identity: "bootstrap",
      failures: 1,
      stage: "begun",
      retryAt: t0 + 5,
    } as const;
    assert.deepEqual(decideRenewal({ ...empty, attempt }, at(t0), decisionPolicy), { kind: "continue", at: t0 + 5 });
    const record: EnrolmentRecord = { version: 1, activeSlot: 0, slots: [await held(t0, t0 + day)] };
    const decision = decideRenewal(record, at(t0 + 50 * day, false), decisionPolicy);
    assert.deepEqual(decision, { kind: "none", reason: "clock-not-set" });
  });

  test("two slots change keys, one keeps its own, and so does a slot whose predecessor is still needed", async () => {
    const certificate = await held(t0, t0 + 10 * day);
    const modes = [[certificate, undefined], [certificate], [certificate, certificate]].map((slots) => {
      const decision = decideRenewal({ version: 1, activeSlot: 0, slots }, at(t0), decisionPolicy);
      return decision.kind === "renew" && decision.at === t0 + 9 * day ? decision.mode : "?";
    });
    assert.deepEqual(modes, ["new-key", "same-key", "same-key"]);
    const kept = { version: 1, activeSlot: 0, slots: [certificate, undefined] } as const;
    assert.deepEqual(decideRenewal(kept, at(t0), { ...decisionPolicy, keepKey: true }), {
      kind: "renew",
      at: t0 + 9 * day,
      mode: "same-key",
    });
  });

  test("failed attempts come at growing distances, at least ten of them before the end, and not too close", async () => {
    const certificate = await held(t0, t0 + 10 * day);
    const failed = (count: number, now: number): number => {
      const lastFailure = { at: now, count, code: "EST_REFUSED" };
      const decision = decideRenewal(
        { version: 1, activeSlot: 0, slots: [certificate], lastFailure },
        at(now),
        decisionPolicy,
      );
      return decision.kind === "renew" ? decision.at - now : Number.NaN;
    };
    const now = t0 + 9 * day;
    assert.equal(failed(1, now), policy.floorMs);
    assert.equal(failed(5, now), 16 * 60_000);
    assert.equal(failed(30, now), day / 10);
    assert.equal(failed(30, t0 + 9.9 * day), policy.floorMs * 1.44);
  });

  test("an expired certificate is followed at once", async () => {
    const record: EnrolmentRecord = { version: 1, activeSlot: 0, slots: [await held(t0, t0 + day), undefined] };
    const now = t0 + 2 * day;
    assert.deepEqual(decideRenewal(record, at(now), decisionPolicy), { kind: "enrol", at: now, mode: "new-key" });
  });
});

suite("the timer", () => {
  function timer() {
    const time = new VirtualTime(t0);
    let offset = 0;
    const fired: number[] = [];
    const clock = { now: () => time.now() + offset, trusted: true };
    const wall = new WallTimer(clock, time, () => fired.push(clock.now()));
    return { time, fired, wall, set: (ms: number) => (offset = ms) };
  }

  test("comes when it is time, fifty years ahead and beyond 2^31 ms", async () => {
    const { time, fired, wall } = timer();
    wall.arm(t0 + 400 * day);
    await time.advance(400 * day - 1);
    assert.deepEqual(fired, []);
    await time.advance(1);
    assert.deepEqual(fired, [t0 + 400 * day]);
    assert.equal(time.armed, 0);
  });

  test("after the clock was set ahead it comes within hours, or at once when it is told to look", async () => {
    const { time, fired, wall, set } = timer();
    wall.arm(t0 + 30 * day);
    set(40 * day);
    await time.advance(6 * 3_600_000);
    assert.equal(fired.length, 1);
    wall.arm(t0 + 100 * day);
    set(100 * day);
    wall.look();
    await time.advance(0);
    assert.equal(fired.length, 2);
  });

  test("after the clock was set back it comes at the calendar's time; disarmed, never", async () => {
    const { time, fired, wall, set } = timer();
    wall.arm(t0 + day);
    set(-10 * day);
    await time.advance(10 * day);
    assert.equal(fired.length, 0);
    await time.advance(day);
    assert.equal(fired.length, 1);
    wall.arm(t0 + 100 * day);
    wall.disarm();
    await time.advance(200 * day);
    assert.equal(fired.length, 1);
    assert.equal(wall.at, undefined);
  });
});

suite("a certificate's life in virtual time", () => {
  async function living(options: WorldOptions = {}) {
    const world = await EnrolmentWorld.create({ lifetimeMs: 30 * day, ...options });
    const clock = {
      now: () => world.time.now(),
      get trusted() {
        return world.trusted;
      },
    };
    const start = async (): Promise<{ enrolment: Enrolment; renewal: Renewal }> => {
      const enrolment = await world.open();
      const onResult = (): void => void enrolment.confirm();
      const renewal = new Renewal(enrolment, {}, { clock, timers: world.time, logger: silentLogger, onResult });
      renewal.plan();
      return { enrolment, renewal };
    };
    return { world, start };
  }

  test("it is renewed year after year, each time before its end, with a key of its own", async () => {
    const { world, start } = await living();
    await start();
    const seen = new Set<string>();
    for (let i = 0; i < 365; i++) {
      await world.sleep(day);
      assert.equal(await world.problemWithCredential(), undefined, `day ${i}`);
      seen.add(Buffer.from(parseCertificate(world.leaf ?? assert.fail()).publicKey).toString("hex"));
    }
    assert.ok(seen.size >= 13 && seen.size <= 15, `${seen.size} certificates`);
  });

  test("a server that is gone for two days around the renewal is found again in time", async () => {
    const { world, start } = await living();
    await start();
    await world.sleep(26 * day);
    const { leaf } = world;
    world.operationalAccepted = false;
    world.bootstrapAccepted = false;
    await world.sleep(2 * day);
    assert.deepEqual(world.leaf, leaf);
    assert.equal(await world.problemWithCredential(), undefined);
    world.operationalAccepted = true;
    world.bootstrapAccepted = true;
    await world.sleep(1.5 * day);
    assert.notDeepEqual(world.leaf, leaf);
    assert.equal(await world.problemWithCredential(), undefined);
  });

  test("a certificate that ended while the device slept is followed when it wakes", async () => {
    const { world, start } = await living();
    const { renewal } = await start();
    await world.sleep(day);
    await renewal.stop();
    await world.sleep(100 * day);
    assert.match((await world.problemWithCredential()) ?? "", /expired/);
    await start();
    await world.sleep(0);
    assert.equal(await world.problemWithCredential(), undefined);
  });

  test("while the clock is not set nothing happens; once it is, what is due is done", async () => {
    const { world, start } = await living();
    await (await start()).renewal.stop();
    await world.enrolled();
    world.trusted = false;
    const { leaf } = world;
    const { renewal } = await start();
    await world.sleep(29 * day);
    assert.deepEqual(world.leaf, leaf);
    assert.deepEqual(renewal.decision, { kind: "none", reason: "clock-not-set" });
    world.trusted = true;
    renewal.plan();
    await world.sleep(0);
    assert.notDeepEqual(world.leaf, leaf);
  });

  test("an order renews at once, and a stop in between leaves a record to go on from", async () => {
    const { world, start } = await living({ server: { delaySeconds: 600 } });
    const { renewal } = await start();
    await world.sleep(3600_000);
    const { leaf } = world;
    await renewal.now("new-key");
    assert.equal(world.record.attempt?.stage, "requested");
    await renewal.stop();
    await world.sleep(3600_000);
    assert.deepEqual(world.leaf, leaf);
    await start();
    await world.sleep(0);
    assert.notDeepEqual(world.leaf, leaf);
  });

  test("a disk that cannot be written does not make it spin", async () => {
    const { world, start } = await living();
    const { enrolment } = await start();
    await world.sleep(day);
    let tries = 0;
    const logger = { ...silentLogger, error: () => void tries++ };
    const broken = await Enrolment.open(
      { profile: { commonName: "device-1" } },
      {
        ...world.ports(),
        store: { load: async () => world.stored, save: () => Promise.reject(new Error("disk full")) },
      },
      new AbortController().signal,
    );
    assert.deepEqual(broken.record, enrolment.record);
    const renewal = new Renewal(
      broken,
      { maxMarginMs: 1000 * day, nominalUsage: 0 },
      { clock: world.time, timers: world.time, logger },
    );
    renewal.plan();
    await world.sleep(3600_000);
    assert.ok(tries >= 5 && tries <= 7, `${tries} tries`);
    await renewal.stop();
  });
});
