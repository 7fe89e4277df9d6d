import assert from "node:assert/strict";
import { test } from "node:test";
import type { LwM2mVersion } from "../../../src/lwm2m/model/lwm2m-version.ts";
import type { ServerSettings } from "../../../src/lwm2m/objects/server-instance.ts";
import { AccountRetry } from "../../../src/lwm2m/registration/account-retry.ts";
import { CommunicationRetry } from "../../../src/lwm2m/registration/communication-retry.ts";
import type { RetryPolicy } from "../../../src/util/retry-schedule.ts";
import { SeededRandom } from "../../support/seeded-random.ts";

type Settings = Pick<ServerSettings, "retryCount" | "retryTimer" | "sequenceDelay" | "sequenceCount">;

const DAY = 86_400;

/** Seconds between attempts until none is left, at most forty of them; "end" where there is an end. */
function waits(settings: Settings, jitter = 0, seed = 1): (number | "end")[] {
  const retry = new CommunicationRetry({ settings: () => settings, jitter, entropy: new SeededRandom(seed) });
  const seconds: (number | "end")[] = [];
  for (let i = 0; i < 40 && seconds.at(-1) !== "end"; i++) {
    const next = retry.next();
    seconds.push(next ? next.milliseconds / 1000 : "end");
  }
  return seconds;
}

// OMA LwM2M Core 1.2 §6.2.1.1 with its example: 5 attempts, 60 s: at 0, 60, 180, 420 and 900 s.
const table: readonly [string, Settings, (number | "end")[]][] = [
  ["all absent: one sequence of five", {}, [60, 120, 240, 480, "end"]],
  ["the example, said", { retryCount: 5, retryTimer: 60, sequenceCount: 1 }, [60, 120, 240, 480, "end"]],
  ["two sequences", { sequenceCount: 2 }, [60, 120, 240, 480, DAY, 60, 120, 240, 480, "end"]],
  ["single attempts", { retryCount: 1, sequenceCount: 3, sequenceDelay: 600 }, [600, 600, "end"]],
  ["a short timer", { retryCount: 3, retryTimer: 2, sequenceCount: 2, sequenceDelay: 7 }, [2, 4, 7, 2, 4, "end"]],
  ["no timer", { retryCount: 3, retryTimer: 0, sequenceCount: 2, sequenceDelay: 7 }, [0, 0, 7, 0, 0, "end"]],
  ["no further sequence", { retryCount: 2, sequenceCount: 9, sequenceDelay: 0xffff_ffff }, [60, "end"]],
  ["counts of zero are one", { retryCount: 0, sequenceCount: 0 }, ["end"]],
  ["never longer than a day", { retryCount: 4, retryTimer: 50_000 }, [50_000, DAY, DAY, "end"]],
];

for (const [name, settings, expected] of table)
  test(`retry resources, ${name}`, () => assert.deepEqual(waits(settings), expected));

test("an absurd count does not overflow", () => {
  assert.ok(waits({ retryCount: 2 ** 32 - 1 }).every((wait) => wait !== "end" && wait <= DAY));
});

test("jitter never makes an attempt come sooner, nor later than half again or than the sequence delay", () => {
  const settings = { sequenceCount: 3, sequenceDelay: 600 };
  const nominal = waits(settings);
  const seen = new Set<number | "end">();
  for (let seed = 0; seed < 200; seed++) {
    for (const [i, wait] of waits(settings, 0.5, seed).entries()) {
      const least = nominal[i] ?? "end";
      if (wait === "end" || least === "end") assert.equal(wait, least);
      else assert.ok(wait >= least && wait <= Math.min(600, 1.5 * least), `${least}: ${wait}`);
      seen.add(wait);
    }
  }
  assert.ok(seen.size > 1000);
});

test("where a sequence is one attempt, the sequence delay is jittered", () => {
  const settings = { retryCount: 1, sequenceCount: 40, sequenceDelay: 600 };
  const seconds = waits(settings, 0.5).filter((wait) => wait !== "end");
  assert.ok(seconds.every((wait) => wait >= 600 && wait <= 900));
  assert.ok(new Set(seconds).size > 30);
});

test("the last attempt of a sequence says so, and a reset begins the first one anew", () => {
  const settings = { retryCount: 2, sequenceCount: 2, sequenceDelay: 5 };
  const retry = new CommunicationRetry({ settings: () => settings, jitter: 0, entropy: new SeededRandom(1) });
  const ended = () => retry.next()?.sequenceEnded;
  assert.deepEqual([ended(), ended(), ended(), ended()], [false, true, false, undefined]);
  assert.equal(retry.attempts, 4);
  retry.reset();
  assert.deepEqual([retry.attempts, ended(), ended()], [0, false, true]);
});

test("what the server writes meanwhile is obeyed at the next failure", () => {
  let settings: Settings = { retryCount: 5, retryTimer: 10 };
  const retry = new CommunicationRetry({ settings: () => settings, jitter: 0, entropy: new SeededRandom(1) });
  assert.equal(retry.next()?.milliseconds, 10_000);
  settings = { retryCount: 5, retryTimer: 1 };
  assert.equal(retry.next()?.milliseconds, 2000);
  settings = { retryCount: 3, retryTimer: 1 };
  assert.equal(retry.next(), undefined);
});

test("the resources decide where there are any, their defaults from 1.1 on, patience in 1.0 or where it is asked for", () => {
  const usual = { shortServerId: 1, lifetime: 300, notificationStoring: true, binding: "U" };
  const patience: RetryPolicy = { firstDelayMs: 3000, maxDelayMs: 9000, jitter: 0 };
  const first = (settings: Settings, version: LwM2mVersion, asked?: RetryPolicy) =>
    new AccountRetry({
      settings: () => ({ ...usual, ...settings }),
      version: () => version,
      ...(asked && { patience: asked }),
      jitter: 0,
      entropy: { randomBytes: (length) => new Uint8Array(length) },
    }).next()?.milliseconds;
  assert.equal(first({}, "1.2"), 60_000);
  assert.equal(first({}, "1.1"), 60_000);
  assert.equal(first({}, "1.0"), 2000);
  assert.equal(first({}, "1.1", patience), 3000);
  for (const settings of [{ retryCount: 5 }, { retryTimer: 60 }, { sequenceDelay: 1 }, { sequenceCount: 1 }])
    for (const version of ["1.0", "1.1"] as const) assert.equal(first(settings, version, patience), 60_000);
});
