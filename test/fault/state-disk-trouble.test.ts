import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { CrashDisk, type DiskImage } from "../support/crash/crash-disk.ts";
import { CrashRun } from "../support/crash/crash-run.ts";
import { type Episode, episodes, online, ordersKey, registered } from "../support/crash/crash-story.ts";
import { type CrashParties, CrashWorld, makeCrashParties } from "../support/crash/crash-world.ts";
import { MortalProcess } from "../support/crash/mortal-process.ts";
import { RecordingLog } from "../support/fault-log.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const names = [
  "a server writes its lifetime",
  "reads its certificate from the card",
  "takes new firmware",
  "takes software and drops it again",
] as const;

const troubled: Readonly<Record<string, Episode>> = {
  ...Object.fromEntries(names.map((name) => [name, episodes[name] ?? assert.fail()])),
  // What the servers make of the new one cannot be kept either: only the next start can confirm it.
  "has a new key certified": ordersKey,
};

let parties: CrashParties;
before(async () => {
  parties = await makeCrashParties();
});

describe("a disk that is full from one of the writes on", () => {
  for (const [name, episode] of Object.entries(troubled)) {
    it(`${name}: says so and goes on, each record is the old one, and later all is well`, async (t) => {
      const run = new CrashRun(new CrashWorld(parties), new SeededRandom(1));
      let said = 0;
      for (let from = 1; ; from++) {
        const life = await run.comesUp(`full from write ${from} on`);
        const full = failure("ENOSPC", /^(open|write) /, from);
        run.disk.failure = full.next;
        await episode(run.world, life);
        await run.world.servers.advance(100);
        run.disk.failure = () => undefined;
        await online(run.world, life);
        await run.look(`${name}, full from write ${from} on`);
        life.process.kill();
        if (full.count === 0) break;
        said++;
        assert.ok(
          life.log.complaints.some((text) => /ENOSPC|cannot be|could not/.test(text)),
          `nothing is said of write ${from}: ${life.log.complaints}`,
        );
      }
      assert.ok(said > 0);
      t.diagnostic(`${said} writes`);
    });
  }
});

describe("a read-only state folder", () => {
  it("registers with what is there, says what it cannot keep, and keeps nothing", async () => {
    const run = new CrashRun(new CrashWorld(parties), new SeededRandom(1));
    (await run.comesUp("first start")).process.kill();
    run.disk = new CrashDisk(run.disk.image);
    run.disk.failure = failure("EROFS", /^(?!.* package )/, 1).next;
    const { image } = run.disk;
    const life = await run.comesUp("read-only");
    for (const name of names) await troubled[name]?.(run.world, life);
    await run.world.servers.advance(100);
    await registered(run.world, life);
    assert.deepEqual(run.disk.image, image);
    for (const words of [/what a server changed cannot be saved .*EROFS/, /certificate could not be cached .*EROFS/])
      assert.ok(
        life.log.complaints.some((text) => words.test(text)),
        `${words} in ${life.log.complaints.join("\n")}`,
      );
    life.process.kill();
  });
});

describe("a record that is broken", () => {
  const keys = [
    "accounts",
    "enrolment",
    "enrolment-key-0",
    "enrolment-key-1",
    "firmware",
    "software",
    "dtls-session-101",
  ];
  for (const key of keys) {
    for (const [what, files] of [
      ["the generation before is used", [`${key}.record`]],
      ["with that broken too the device begins as it left the factory", [`${key}.record`, `${key}.record.previous`]],
    ] as const) {
      for (const readOnly of canBeReadOnly(key, files.length) ? [false, true] : [false]) {
        it(`${key}${readOnly ? ", on a read-only disk" : ""}: set aside and said; ${what}; registers`, async () => {
          const world = new CrashWorld(parties);
          const image = await afterALife(world);
          assert.ok(image.has(`${key}.record`));
          const disk = new CrashDisk(broken(image, files));
          if (readOnly) disk.failure = failure("EROFS", /^(?!.* package )/, 1).next;
          const log = new RecordingLog();
          world.newDevice();
          const life = await world.start(disk, new MortalProcess(), log);
          assert.ok(life);
          await registered(world, life);
          const lines = log.complaints.filter((text) => /saved state is broken/.test(text));
          assert.equal(lines.length, files.filter((name) => image.has(name)).length, lines.join("\n"));
          assert.equal(disk.image.has(`${key}.record.corrupt`), !readOnly);
          life.process.kill();
        });
      }
    }
  }
});

/** New keys, certificates and accounts are not taken where they cannot be kept: there the device waits for its disk. */
function canBeReadOnly(key: string, generationsBroken: number): boolean {
  return !key.startsWith("enrolment") && (key !== "accounts" || generationsBroken === 1);
}

let story: DiskImage | undefined;

/** The disk after one of everything. */
async function afterALife(world: CrashWorld): Promise<DiskImage> {
  if (story) return story;
  const run = new CrashRun(world, new SeededRandom(1));
  const life = await run.comesUp("first start");
  for (const episode of Object.values(episodes)) await episode(world, life);
  await world.servers.advance(100);
  life.process.kill();
  story = run.disk.image;
  return story;
}

function broken(image: DiskImage, names: readonly string[]): DiskImage {
  const spoil = (content: Uint8Array): Uint8Array =>
    content.map((byte, i) => (i === content.length - 1 ? byte ^ 1 : byte));
  return new Map([...image].map(([name, content]) => [name, names.includes(name) ? spoil(content) : content]));
}

/** Fails every matching step from one on. */
function failure(code: string, steps: RegExp, from: number) {
  let seen = 0;
  const self = {
    count: 0,
    next: (step: string): Error | undefined => {
      if (!steps.test(step) || ++seen < from) return undefined;
      self.count++;
      return Object.assign(new Error(`${code}: by a test, ${step}`), { code });
    },
  };
  return self;
}
