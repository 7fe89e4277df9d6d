import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { refusedAtOnce, timedOut } from "./fleet-network.ts";
import type { OutageOutcome, OutagePlan } from "./outage.ts";

const execute = promisify(execFile);
const SEQUENCE_DELAY = 600;
const rules = { sequenceCount: 100, sequenceDelay: SEQUENCE_DELAY };
const DAY_MS = 86_400_000;

/** All devices lose the server in the same instant, the worst that can happen to it. */
const usual: OutagePlan = {
  agents: 1000,
  outageHours: 24,
  attempt: refusedAtOnce,
  afterSeconds: SEQUENCE_DELAY,
  settings: { ...rules, bootstrapOnRegistrationFailure: false },
  jitter: true,
};

/** In a process of its own: the test runner follows every promise of its own, which takes longer than the simulation. */
async function outage(plan: OutagePlan): Promise<OutageOutcome> {
  const program = fileURLToPath(new URL("./run-outage.ts", import.meta.url));
  const { stdout } = await execute(process.execPath, ["--import", "tsx", program, JSON.stringify(plan)]);
  return JSON.parse(stdout);
}

async function run(context: TestContext, plan: OutagePlan): Promise<OutageOutcome> {
  const outcome = await outage(plan);
  context.diagnostic(JSON.stringify(outcome));
  assert.equal(outcome.withAccount, plan.agents, "no account is lost");
  return outcome;
}

const isSpread = ({ mostInAWindow, meanPerWindow }: OutageOutcome) => mostInAWindow <= 3 * meanPerWindow;

for (const bootstrapOnRegistrationFailure of [false, true])
  test(`1000 agents, 24 h without a server, /1/x/16 ${bootstrapOnRegistrationFailure}`, async (context) => {
    const outcome = await run(context, { ...usual, settings: { ...rules, bootstrapOnRegistrationFailure } });
    assert.ok(isSpread(outcome), "at most three times the mean in any minute after the first hour");
    assert.equal(outcome.registered, 1000, "within one sequence delay of the return");
  });

test("without jitter the same fleet comes back at once", async (context) => {
  const outcome = await run(context, { ...usual, outageHours: 3, jitter: false });
  assert.equal(isSpread(outcome), false);
  assert.equal(outcome.mostInAWindow, 1000);
});

test("attempts that take their time to fail are spread as well, and only the one under way comes on top", async (context) => {
  const outcome = await run(context, {
    ...usual,
    outageHours: 4,
    attempt: timedOut,
    afterSeconds: SEQUENCE_DELAY + 31,
  });
  assert.ok(isSpread(outcome));
  assert.equal(outcome.registered, 1000);
});

test("with the defaults registration fails, bootstrap is tried in vain, and the account again after each", async (context) => {
  const settings = { bootstrapOnRegistrationFailure: true };
  const outcome = await run(context, { ...usual, outageHours: 5, afterSeconds: 4000, settings });
  assert.ok(outcome.givenUp >= 1000);
  assert.ok(isSpread(outcome));
  assert.equal(outcome.registered, 1000);
});

test("an agent whose sequences are used up, and that may not bootstrap, still tries once a day", async (context) => {
  const settings = { bootstrapOnRegistrationFailure: false };
  const plan = { ...usual, agents: 200, outageHours: 240, afterSeconds: 86_400, settings };
  const outcome = await run(context, plan);
  assert.ok(outcome.givenUp >= 2000);
  assert.ok(outcome.longestSilenceMs <= DAY_MS, `${outcome.longestSilenceMs} ms`);
  assert.equal(outcome.registered, 200);
});
