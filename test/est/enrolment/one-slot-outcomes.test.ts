// The table of docs/decisions/enrolment.md, a test for each line and column: a device with one key slot dies at a named
// step, and what is left of its credential is looked at before it starts again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EnrolmentWorld } from "../../support/enrolment-world.ts";

interface Column {
  readonly mode: "new-key" | "same-key";
  readonly first?: boolean;
  readonly abandon?: boolean;
}

const columns: Readonly<Record<string, Column>> = {
  "first enrolment": { mode: "new-key", first: true },
  "renewal, same key": { mode: "same-key" },
  "another key, by order": { mode: "new-key", abandon: true },
};

/** The call, and whether the device dies before or after its effect. */
const lines = {
  "the making of the key": ["generate", 0],
  "the answer of GENERATE KEY PAIR": ["generate", 1],
  "a session for the request": ["connect", 1],
  "the proof by a handshake": ["prove", 0],
} as const;

async function procedure(world: EnrolmentWorld, { mode, abandon = false }: Column, isNew: boolean): Promise<void> {
  const enrolment = await world.open();
  if (isNew) await enrolment.begin(mode, abandon);
  assert.deepEqual(await world.finish(enrolment), { kind: "done" });
  await enrolment.confirm();
}

for (const [when, [call, after]] of Object.entries(lines)) {
  for (const [what, column] of Object.entries(columns)) {
    const makesKey = column.mode === "new-key";
    if (call === "generate" && !makesKey) continue;
    const keeps = !makesKey;
    const pairs = makesKey ? (call === "generate" && after === 1 ? 2 : 1) : 0;
    const left = keeps ? "the former certificate works on" : "nothing is in use";
    test(`${what}, dead ${after ? "after" : "at"} ${when}: ${left}; it ends with ${pairs} key pairs made`, async () => {
      const prepared = await EnrolmentWorld.create({ slots: 1 });
      if (!column.first) await prepared.enrolled();
      const clean = prepared.copy();
      await clean.withFault({ kind: "none" }, () => procedure(clean, column, true));
      const index = clean.calls.indexOf(call);
      // Points count from 1: one before and one after each call.
      const at = 2 * index + 1 + after;

      const world = prepared.copy();
      const how = await world.withFault({ kind: "kill", at }, () => procedure(world, column, true));
      assert.equal(how, "killed");
      assert.equal(world.calls.at(-1), clean.calls[index - 1 + after]);
      assert.equal(await world.problemWithCredential(), keeps ? undefined : "none in use");
      await procedure(world, column, false);
      assert.equal(await world.problemWithCredential(), undefined);
      assert.notDeepEqual(world.leaf, prepared.leaf);
      const made = world.calls.filter((each) => each === "generate").length;
      assert.equal(made, pairs);
    });
  }
}

test("renewal, same key, one slot: no key is made at all", async () => {
  const world = await EnrolmentWorld.create({ slots: 1 });
  await world.enrolled();
  const from = world.calls.length;
  await procedure(world, { mode: "same-key" }, true);
  assert.ok(!world.calls.slice(from).includes("generate"));
});
