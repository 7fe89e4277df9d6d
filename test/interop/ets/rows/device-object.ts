import assert from "node:assert/strict";
import type { Procedure } from "../bench.ts";
import { assertValues, instance, single } from "../nodes.ts";

const writtenTime = 1_367_491_215;

/** ETS 1.1-int-651, 652, 680 and 685: the Device object. */
export const deviceObject: Readonly<Record<string, Procedure>> = {
  "1.1-int-651": async (bench) => {
    const { leshan } = await bench.atLeshan();
    const before = await leshan.read("/3/0");
    const update = instance(
      0,
      single(13, "time", 1000 * writtenTime),
      single(14, "string", "+02:00"),
      single(15, "string", "Europe/Paris"),
    );
    await leshan.write("/3/0", update, { format: "TLV", update: true });
    const written = await leshan.read("/3/0");
    assertValues(written, { "/3/0/14": "+02:00", "/3/0/15": "Europe/Paris" });
    assertClock(written["/3/0/13"], 1000 * writtenTime);
    const restored = instance(
      0,
      single(13, "time", Number(before["/3/0/13"])),
      single(14, "string", before["/3/0/14"] ?? ""),
      single(15, "string", before["/3/0/15"] ?? ""),
    );
    await leshan.write("/3/0", restored, { format: "TLV" });
    const after = await leshan.read("/3/0");
    assert.deepEqual({ ...after, "/3/0/13": "" }, { ...before, "/3/0/13": "" });
    assertClock(after["/3/0/13"], Number(before["/3/0/13"]));
  },
  "1.1-int-652": async (bench) => {
    const { leshan } = await bench.atLeshan();
    assert.deepEqual(await leshan.read("/3/0/3"), { "/3/0/3": "1.0" });
  },
  "1.1-int-680": async (bench) => {
    const { leshan } = await bench.atLeshan();
    const answer = await leshan.rest.create(bench.endpoint, "/3", instance(1, single(14, "string", "+01:00")), "TLV");
    assert.equal(answer.status, "METHOD_NOT_ALLOWED(405)");
  },
  "1.1-int-685": async (bench) => {
    const { leshan } = await bench.atLeshan();
    await leshan.delete("/3/0", "METHOD_NOT_ALLOWED(405)");
  },
};

/** A clock goes on after it was set. */
function assertClock(milliseconds: string | undefined, set: number): void {
  const later = Number(milliseconds) - set;
  assert.ok(later >= 0 && later < 60_000, `the clock runs on from ${set} ms, and shows ${milliseconds}`);
}
