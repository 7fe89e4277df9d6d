// Every point at which a process can die, or a call to card, disk or server can fail, on the way of each procedure: before
// and after each effect, counted. Two-slot devices must never be without a working credential.
import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { toHex } from "../../../src/util/bytes.ts";
import { EnrolmentWorld, type WorldOptions } from "../../support/enrolment-world.ts";

const procedures: Readonly<Record<string, { world: WorldOptions; mode: "new-key" | "same-key"; first?: boolean }>> = {
  "the first enrolment, two slots": { world: {}, mode: "new-key", first: true },
  "the first enrolment, one slot": { world: { slots: 1 }, mode: "new-key", first: true },
  "a new key, two slots": { world: {}, mode: "new-key" },
  "a renewal with the same key, one slot": { world: { slots: 1 }, mode: "same-key" },
  "a renewal with the same key, two slots": { world: {}, mode: "same-key" },
  "a new key from a server that needs time": { world: { server: { delaySeconds: 60 } }, mode: "new-key" },
  "a new key with channel binding": { world: { server: { channelBinding: true } }, mode: "new-key" },
};

for (const [name, { world: options, mode, first }] of Object.entries(procedures)) {
  suite(name, () => {
    let prepared: EnrolmentWorld;
    let points = 0;

    /** Goes on from wherever the disk says that the device is. */
    const procedure = async (world: EnrolmentWorld, before: Uint8Array | undefined): Promise<void> => {
      const enrolment = await world.open();
      const isDone = !enrolment.record.attempt && hex(world.leaf) !== hex(before);
      if (!enrolment.record.attempt && !isDone) await enrolment.begin(mode);
      await world.finish(enrolment);
      await enrolment.confirm();
    };

    before(async () => {
      prepared = await EnrolmentWorld.create(options);
      if (!first) await prepared.enrolled();
      const world = prepared.copy();
      await world.withFault({ kind: "none" }, () => procedure(world, world.leaf));
      points = world.points;
      assert.ok(points > 25, `only ${points} points`);
    });

    test("killed at any point, the device always has a working credential and ends with the new one", async () => {
      for (let at = 1; at <= points; at++) {
        const world = prepared.copy();
        const former = world.leaf;
        assert.equal(await world.withFault({ kind: "kill", at }, () => procedure(world, former)), "killed");
        if (former) assert.equal(await world.problemWithCredential(), undefined, `point ${at}`);
        const { attempt } = world.record;
        const sent = world.requests.length;
        await procedure(world, former);
        assert.equal(await world.problemWithCredential(), undefined, `point ${at}`);
        assert.notEqual(hex(world.leaf), hex(former), `point ${at}`);
        assert.equal(world.record.attempt, undefined, `point ${at}`);
        if (attempt?.stage !== "requested" || attempt.bound) continue;
        // What was written down is what goes out, not another request for the CA to wonder about.
        assert.ok(
          world.requests.slice(sent).every((request) => request === hex(attempt.csr)),
          `point ${at}`,
        );
      }
    });

    test("killed at any two points, the same", async () => {
      for (let at = 2; at <= points; at += 3) {
        const world = prepared.copy();
        const former = world.leaf;
        await world.withFault({ kind: "kill", at }, () => procedure(world, former));
        await world.withFault({ kind: "kill", at: (at % 11) + 3 }, () => procedure(world, former));
        if (former) assert.equal(await world.problemWithCredential(), undefined, `point ${at}`);
        await procedure(world, former);
        assert.equal(await world.problemWithCredential(), undefined, `point ${at}`);
      }
    });

    test("whatever call fails once, the device tries again by itself and ends with the new credential", async () => {
      for (let at = 1; at <= points; at++) {
        const world = prepared.copy();
        const former = world.leaf;
        const run = () => procedure(world, former).catch(() => procedure(world, former));
        await world.withFault({ kind: "throw", at }, run);
        assert.equal(await world.problemWithCredential(), undefined, `point ${at}`);
        assert.equal(world.record.attempt, undefined, `point ${at}`);
      }
    });
  });
}

function hex(bytes: Uint8Array | undefined): string {
  return bytes ? toHex(bytes) : "";
}
