import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { activeCertificate, slotState } from "../../../src/est/enrolment/enrolment-record.ts";
import { parseCertificate } from "../../../src/pki/certificate.ts";
import { equalBytes } from "../../../src/util/bytes.ts";
import { day, EnrolmentWorld } from "../../support/enrolment-world.ts";

const { signal } = new AbortController();
const types = (world: EnrolmentWorld): string[] => world.events.map(({ type }) => type);

suite("a whole life", () => {
  test("a device makes a key in an idle slot, enrols with its bootstrap identity, proves the credential and uses it", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.open();
    await enrolment.begin("new-key");
    assert.deepEqual(await enrolment.run(signal), { kind: "done" });
    assert.deepEqual(types(world), [
      "begun",
      "key-generated",
      "connected",
      "ca-certificates-taken",
      "issued",
      "proven",
    ]);
    assert.equal(world.record.activeSlot, 0);
    assert.equal(slotState(world.record, 0), "proven");
    assert.equal(slotState(world.record, 1), "idle");
    assert.deepEqual(world.record.estRoot, [".well-known", "est"]);
    assert.equal(await world.problemWithCredential(), undefined);
    const { subject, extensions } = parseCertificate(world.leaf ?? assert.fail());
    assert.equal(subject.text, "CN=device-1");
    assert.deepEqual(extensions.subjectAlternativeName, [{ kind: "uri", name: "urn:dev:os:1-1" }]);
  });

  test("a new key goes into the other slot, by sren, and the former slot is free after a good registration", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.enrolled();
    const first = world.leaf;
    await enrolment.begin("new-key");
    assert.deepEqual(await enrolment.run(signal), { kind: "done" });
    assert.ok(world.calls.includes("sren"));
    assert.equal(world.record.activeSlot, 1);
    assert.equal(slotState(world.record, 0), "proven");
    await assert.rejects(enrolment.begin("new-key"), { code: "NO_IDLE_SLOT" });
    await enrolment.confirm();
    assert.equal(slotState(world.record, 0), "idle");
    assert.ok(!equalBytes(first ?? assert.fail(), world.leaf ?? assert.fail()));
    assert.equal(await world.problemWithCredential(), undefined);
  });

  test("a card of one slot renews with the key it has", async () => {
    const world = await EnrolmentWorld.create({ slots: 1 });
    const enrolment = await world.enrolled();
    const { spkiHash } = activeCertificate(world.record) ?? assert.fail();
    const generations = world.calls.filter((call) => call === "generate").length;
    await assert.rejects(enrolment.begin("new-key"), { code: "NO_IDLE_SLOT" });
    await enrolment.begin("same-key");
    await enrolment.run(signal);
    assert.deepEqual(activeCertificate(world.record)?.spkiHash, spkiHash);
    assert.equal(world.calls.filter((call) => call === "generate").length, generations);
    assert.equal(await world.problemWithCredential(), undefined);
  });

  test("a new key on the only slot is for the asking alone, and the certificate is given up before the key is", async () => {
    const world = await EnrolmentWorld.create({ slots: 1 });
    const enrolment = await world.enrolled();
    await enrolment.begin("new-key", true);
    assert.equal(world.record.activeSlot, undefined);
    await enrolment.run(signal);
    assert.equal(world.calls.at(-2), "prove");
    assert.equal(await world.problemWithCredential(), undefined);
  });

  test("a confirmation without anything to confirm writes nothing", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.enrolled();
    const { writes } = world;
    await enrolment.confirm();
    assert.equal(world.writes, writes);
  });

  test("an attempt under way is not begun again, and may be given up", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.enrolled();
    await enrolment.begin("new-key");
    await assert.rejects(enrolment.begin("same-key"), { code: "ENROLMENT_BUSY" });
    await enrolment.cancel();
    await enrolment.begin("same-key");
  });
});

suite("a server that needs time", () => {
  const server = { delaySeconds: 3600 };

  test("the identical request goes out again when the time has come, also after a restart", async () => {
    const world = await EnrolmentWorld.create({ server });
    const first = await world.open();
    await first.begin("new-key");
    assert.deepEqual(await first.run(signal), { kind: "waiting", until: world.time.now() + 3_600_000 });
    const restarted = await world.open();
    assert.equal((await restarted.run(signal)).kind, "waiting");
    assert.equal(world.requests.length, 1);
    await world.time.advance(3_600_000);
    assert.deepEqual(await restarted.run(signal), { kind: "done" });
    assert.equal(world.requests.length, 2);
    assert.equal(world.requests[0], world.requests[1]);
  });

  test("a request that names its session is signed anew in the next one, and a server that never gets on is left", async () => {
    const world = await EnrolmentWorld.create({ server: { ...server, channelBinding: true } });
    const enrolment = await world.open();
    await enrolment.begin("new-key");
    const result = await world.finish(enrolment);
    assert.equal(result.kind, "failed");
    assert.equal(new Set(world.requests).size, world.requests.length);
    assert.equal(world.requests.length, 20);
  });

  test("a clock that was set back does not make us wait for years", async () => {
    const world = await EnrolmentWorld.create({ server });
    const enrolment = await world.open();
    await enrolment.begin("new-key");
    await enrolment.run(signal);
    const { record } = enrolment;
    assert.ok(record.attempt?.retryAt);
    const back = world.time.now() - 1000 * day;
    world.time.now = () => back;
    assert.equal((await enrolment.run(signal)).kind, "failed");
  });
});

suite("channel binding", () => {
  test("a server that asks for it gets it; one that does not gets no challenge", async () => {
    for (const channelBinding of [true, false]) {
      const world = await EnrolmentWorld.create({ server: { channelBinding } });
      await world.enrolled();
      assert.equal(await world.problemWithCredential(), undefined);
    }
  });

  test("a server that wants it and is not given it refuses, finally", async () => {
    const world = await EnrolmentWorld.create({
      server: { channelBinding: true },
      options: { channelBinding: "never" },
    });
    const enrolment = await world.open();
    await enrolment.begin("new-key");
    const result = await enrolment.run(signal);
    assert.ok(result.kind === "failed");
    assert.match(result.error.message, /4\.00 "not linked to the session"/);
    assert.equal(world.record.lastFailure?.code, "EST_REFUSED");
  });
});

suite("identities", () => {
  test("a refused operational identity leads to the bootstrap one, with sen", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.enrolled();
    world.operationalAccepted = false;
    await enrolment.begin("new-key");
    assert.deepEqual(await enrolment.run(signal), { kind: "done" });
    assert.ok(types(world).includes("identity-refused"));
    assert.ok(!world.calls.includes("sren"));
  });

  test("an expired certificate is renewed by the bootstrap identity", async () => {
    const world = await EnrolmentWorld.create({ lifetimeMs: day });
    const enrolment = await world.enrolled();
    await world.time.advance(2 * day);
    await enrolment.begin("new-key");
    assert.deepEqual(await world.finish(enrolment), { kind: "done" });
    assert.equal(await world.problemWithCredential(), undefined);
  });

  test("when the bootstrap identity is refused too, the device tries for long, reports, and keeps what it has", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.enrolled();
    world.operationalAccepted = false;
    world.bootstrapAccepted = false;
    await enrolment.begin("new-key");
    const result = await world.finish(enrolment);
    assert.equal(result.kind, "failed");
    assert.equal(world.record.lastFailure?.count, 1);
    assert.equal(await world.problemWithCredential(), undefined);
  });
});

suite("what goes wrong", () => {
  test("a certificate that fails its proof is dropped, and the one in use stays", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.enrolled();
    world.proofAccepted = false;
    await enrolment.begin("new-key");
    assert.equal((await enrolment.run(signal)).kind, "failed");
    assert.equal(world.record.activeSlot, 0);
    assert.equal(slotState(world.record, 1), "idle");
    assert.equal(await world.problemWithCredential(), undefined);
    world.proofAccepted = true;
    await enrolment.begin("new-key");
    assert.deepEqual(await enrolment.run(signal), { kind: "done" });
    assert.equal(world.record.lastFailure, undefined);
  });

  test("a credential that is refused after its proof gives way to the former one", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.enrolled();
    const former = world.leaf;
    await enrolment.begin("new-key");
    await enrolment.run(signal);
    await enrolment.fallBack();
    assert.deepEqual(world.leaf, former);
    assert.equal(slotState(world.record, 1), "idle");
  });

  test("a refusal by the CA ends the attempt and is told; the next one begins from the start", async () => {
    const world = await EnrolmentWorld.create({ server: { admit: () => "not in the books" } });
    const enrolment = await world.open();
    await enrolment.begin("new-key");
    const result = await enrolment.run(signal);
    assert.ok(result.kind === "failed");
    assert.match(result.error.message, /4\.03 "not in the books"/);
    assert.equal(world.record.attempt, undefined);
    await enrolment.begin("new-key");
    await enrolment.run(signal);
    assert.equal(world.record.lastFailure?.count, 2);
  });

  test("a swapped SIM is noticed at the start: its slot holds nothing, and the device enrols anew", async () => {
    const world = await EnrolmentWorld.create();
    await world.enrolled();
    world.keys[0] = undefined;
    const restarted = await world.open();
    assert.deepEqual(world.events.at(-1), { type: "slot-lost", slot: 0 });
    assert.equal(world.record.activeSlot, undefined);
    await restarted.begin("new-key");
    assert.deepEqual(await restarted.run(signal), { kind: "done" });
  });

  test("a record that cannot be read is told, and an empty one begins", async () => {
    const world = await EnrolmentWorld.create();
    await world.enrolled();
    world.stored = Uint8Array.of(1, 2, 3);
    const restarted = await world.open();
    assert.equal(world.events.at(-1)?.type, "record-unreadable");
    assert.equal(restarted.record.activeSlot, undefined);
  });

  test("a key that the card did not keep is found before anything is asked for", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.open();
    await enrolment.begin("new-key");
    let lost = true;
    Object.defineProperty(world.keys, "0", {
      get: () => (lost ? undefined : assert.fail()),
      set: () => {},
      configurable: true,
    });
    const result = await enrolment.run(signal);
    lost = false;
    assert.equal(result.kind, "waiting");
    const failed = world.events.at(-1);
    assert.ok(failed?.type === "failed");
    assert.equal(failed.code, "KEY_NOT_KEPT");
  });

  test("nothing in the events is a CSR, a challenge or a certificate", async () => {
    const world = await EnrolmentWorld.create({ server: { channelBinding: true } });
    await world.enrolled();
    const told = JSON.stringify(world.events);
    for (const request of world.requests) assert.ok(!told.includes(request.slice(0, 40)));
    assert.ok(told.length < 1500);
  });
});

suite("a change of roots", () => {
  test("the overlap carries a device over: renewals before, during and after it", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.enrolled();
    const renew = async (): Promise<void> => {
      await enrolment.begin("new-key");
      assert.deepEqual(await enrolment.run(signal), { kind: "done" });
      await enrolment.confirm();
      assert.equal(await world.problemWithCredential(), undefined);
    };
    await renew();
    await world.authority.replaceRoot();
    await renew();
    world.authority.retireOldRoot();
    await renew();
    assert.equal(enrolment.record.caCertificates?.length, 1);
  });

  test("a set that would not vouch for the certificate in use is refused, and the former one kept", async () => {
    const world = await EnrolmentWorld.create();
    const enrolment = await world.enrolled();
    const former = world.record.caCertificates;
    await world.authority.replaceRoot();
    world.authority.retireOldRoot();
    await enrolment.begin("new-key");
    // The server no longer knows the old root, so the device comes as it came from the factory.
    const result = await world.finish(enrolment);
    assert.ok(types(world).includes("ca-certificates-refused"));
    assert.deepEqual(world.record.caCertificates, former);
    assert.equal(result.kind, "failed");
  });
});
