import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { CrashRun } from "../support/crash/crash-run.ts";
import { episodes } from "../support/crash/crash-story.ts";
import { type CrashParties, CrashWorld, makeCrashParties } from "../support/crash/crash-world.ts";
import { SeededRandom } from "../support/seeded-random.ts";

/** More than any episode has. */
const mostSteps = 500;

describe("an agent killed before and after each write, rename, removal and fsync of its life", () => {
  let parties: CrashParties;
  before(async () => {
    parties = await makeCrashParties();
  });

  it("the recorder knows every step of a life, and each of its records is in it", async (t) => {
    const run = new CrashRun(new CrashWorld(parties), new SeededRandom(1));
    const life = await run.comesUp("first start");
    for (const episode of Object.values(episodes)) await episode(run.world, life);
    const { steps } = life.process;
    const count = (kind: RegExp): number => steps.filter((step) => kind.test(step)).length;
    const kinds = {
      opens: /^open/,
      writes: /^write|^append|^truncate/,
      fsyncs: /^fsync/,
      renames: /^rename/,
      removals: /^remove/,
    };
    const counts = Object.entries(kinds).map(([name, kind]) => `${count(kind)} ${name}`);
    t.diagnostic(`${steps.length} steps: ${counts.join(", ")}; records: ${run.world.witness.keys.join(" ")}`);
    assert.equal(
      Object.values(kinds).reduce((sum, kind) => sum + count(kind), 0),
      steps.length,
    );
    for (const key of [
      "accounts",
      "enrolment",
      "enrolment-key-0",
      "enrolment-key-1",
      "firmware",
      "software",
      "software-0",
    ])
      assert.ok(run.world.witness.keys.includes(key), key);
  });

  for (const [name, episode] of Object.entries(episodes)) {
    it(`${name}: each record is the old one or the new one, and the next start registers`, async (t) => {
      const run = new CrashRun(new CrashWorld(parties), new SeededRandom(2));
      const isFirst = name === "registers";
      for (const moment of ["before", "after"] as const) {
        const after = moment === "before" ? "machine stays up" : "power cut";
        for (let at = 1; at < mostSteps; at++) {
          const when = `killed ${moment} step ${at}`;
          if (isFirst) run.begin();
          const wasKilled = isFirst
            ? await run.killedComingUp({ at, moment }, after, when)
            : await run.killedIn(episode, { at, moment }, after, when);
          if (isFirst) (await run.comesUp(when)).process.kill();
          if (!wasKilled) break;
        }
      }
      (await run.comesUp("at last")).process.kill();
      t.diagnostic(`${run.kills} kills, ${run.images} disks looked at, ${run.recordsRead} records read`);
    });
  }

  it("1,000 kills at random: whatever came before, the next start finds its records and registers", async (t) => {
    const random = new SeededRandom(3);
    const totals = { kills: 0, images: 0, recordsRead: 0 };
    while (totals.kills < 1000) {
      const run = new CrashRun(new CrashWorld(parties), random);
      // A device of its own for each hundred.
      while (run.kills < 100) await oneLife(run, random);
      (await run.comesUp("at last")).process.kill();
      totals.kills += run.kills;
      totals.images += run.images;
      totals.recordsRead += run.recordsRead;
    }
    t.diagnostic(`${totals.kills} kills, ${totals.images} disks looked at, ${totals.recordsRead} records read`);
  });

  for (const mutant of ["no-fsync", "no-folder-fsync", "in-place"] as const) {
    it(`a folder that errs (${mutant}) is found out`, async () => {
      const run = new CrashRun(new CrashWorld(parties), new SeededRandom(4), mutant);
      const lives = async (): Promise<void> => {
        for (let at = 1; at <= 40; at++)
          await run.killedIn(firmwareEpisode, { at, moment: "after" }, "power cut", `killed after step ${at}`);
      };
      await assert.rejects(lives(), /neither old nor new/);
    });
  }
});

const firmwareEpisode = episodes["takes new firmware"] ?? assert.fail();

/** Those with keys and handshakes take much more time than others, so they come less often; `steps` is what they have. */
const mix = [
  { name: "a server writes its lifetime", weight: 40, steps: 6 },
  { name: "takes new firmware", weight: 26, steps: 36 },
  { name: "takes software and drops it again", weight: 26, steps: 40 },
  { name: "is bootstrapped again", weight: 4, steps: 6 },
  { name: "has a new key certified", weight: 4, steps: 36 },
];

async function oneLife(run: CrashRun, random: SeededRandom): Promise<void> {
  const { name, steps } = pick(random.below(100));
  const death = { at: 1 + random.below(steps), moment: random.below(2) === 0 ? "before" : "after" } as const;
  const after = random.below(2) === 0 ? "machine stays up" : "power cut";
  await run.killedIn(episodes[name] ?? assert.fail(), death, after, `kill ${run.kills + 1}: ${name}`);
}

/** One of the mix by a number below 100. */
function pick(number: number): (typeof mix)[number] {
  let rest = number;
  for (const each of mix) {
    if (rest < each.weight) return each;
    rest -= each.weight;
  }
  return assert.fail();
}
