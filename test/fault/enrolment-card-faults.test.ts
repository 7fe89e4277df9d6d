// A card that fails, or a process that dies, at each APDU of an enrolment and of a change of keys. Key slots are on a
// virtual SIM; disk and server are in memory and well (test/est/enrolment/enrolment-crash.test.ts has their faults).
import assert from "node:assert/strict";
import { before, suite, type TestContext, test } from "node:test";
import type { Enrolment } from "../../src/est/enrolment/enrolment.ts";
import type { Fault } from "../../src/sandbox/card/fault-injector.ts";
import { toHex } from "../../src/util/bytes.ts";
import { slotsProfile } from "../support/enrolment-card.ts";
import { EnrolmentWorld } from "../support/enrolment-world.ts";
import { settle } from "../support/virtual-time.ts";

const minute = 60_000;

type Mode = "new-key" | "same-key";
interface Procedure {
  readonly slots: number;
  readonly mode: Mode;
  /** Begins without a certificate. */
  readonly first?: boolean;
  /** The only key is replaced, by order. */
  readonly abandon?: boolean;
}

const procedures: Readonly<Record<string, Procedure>> = {
  "first enrolment, two slots": { slots: 2, mode: "new-key", first: true },
  "first enrolment, one slot": { slots: 1, mode: "new-key", first: true },
  "change of keys, two slots": { slots: 2, mode: "new-key" },
  "renewal of the key's certificate, two slots": { slots: 2, mode: "same-key" },
  "renewal of the key's certificate, one slot": { slots: 1, mode: "same-key" },
  "change of the only key, by order": { slots: 1, mode: "new-key", abandon: true },
};

/** One of each kind as the enrolment sees it: card-faults-in-process.test.ts has all that a card can do. */
const faults: Readonly<Record<string, Fault>> = {
  "pulled for a minute": { kind: "pulled", stays: true },
  "pulled after the work": { kind: "pulled", after: true },
  "6985": { kind: "status", status: 0x6985 },
  "5 bytes too short": { kind: "length", by: -5 },
};

for (const [name, procedure] of Object.entries(procedures)) {
  suite(name, () => {
    let prepared: EnrolmentWorld;
    let commands: readonly string[];
    /** Where nothing is in use yet, or by order is not any more, there is nothing to be without. */
    const hasFormer = !procedure.first && !procedure.abandon;

    before(async () => {
      prepared = await EnrolmentWorld.create({ card: slotsProfile(procedure.slots) });
      if (!procedure.first) await prepared.enrolled();
      commands = await cleanRun(prepared, procedure);
      assert.ok(commands.length > 8, `only ${commands.length} commands`);
    });

    for (const [kind, fault] of Object.entries(faults)) {
      test(`${kind} at each APDU: it ends registered${hasFormer ? ", never without a credential" : ""}`, async (t) => {
        const outcomes: string[] = [];
        for (const at of commands.keys()) {
          const world = prepared.copy();
          const end = watched(world, procedure, (index) => (index === at ? fault : undefined));
          outcomes.push(await end);
          await assertRegistered(world, prepared, `${kind} at APDU ${at}`);
        }
        report(t, commands.length, outcomes);
      });
    }

    test(`killed at each APDU: it ends registered${hasFormer ? ", never without a credential" : ""}`, async (t) => {
      const outcomes: string[] = [];
      for (const at of commands.keys()) {
        const world = prepared.copy();
        const process = live(world, procedure, prepared);
        world.card?.faults.replan((index) => (index === at ? { kind: "mute", after: at % 2 === 0 } : undefined));
        while ((world.card?.faults.commands ?? 0) <= at && !process.done) await step(world);
        process.kill();
        world.card?.faults.replan(() => undefined);
        if (hasFormer) assert.equal(await world.problemWithCredential(), undefined, `killed at APDU ${at}`);
        await watched(world, procedure, () => undefined);
        outcomes.push("after another start");
        await assertRegistered(world, prepared, `killed at APDU ${at}`);
      }
      report(t, commands.length, outcomes);
    });

    /** Runs to the end, with a look at the credential after every stretch of time. */
    async function watched(world: EnrolmentWorld, { mode }: Procedure, plan: (index: number) => Fault | undefined) {
      const process = live(world, procedure, prepared);
      world.card?.faults.replan((index) => {
        const fault = plan(index);
        if (fault?.kind === "pulled" && fault.stays) world.time.schedule(minute, () => world.card?.faults.insert());
        return fault;
      });
      let seen = "";
      for (let steps = 0; !process.done; steps++) {
        assert.ok(steps < 5_000, `${mode} never ends: ${JSON.stringify(world.record.attempt)}`);
        await step(world);
        const state = `${world.writes} ${world.card?.faults.commands}`;
        if (hasFormer && state !== seen)
          assert.equal(await world.problemWithCredential(), undefined, "without a credential");
        seen = state;
      }
      return process.restarts === 0 ? "by itself" : "after another start";
    }
  });
}

async function cleanRun(prepared: EnrolmentWorld, procedure: Procedure): Promise<readonly string[]> {
  const seen: string[] = [];
  const world = prepared.copy();
  const process = live(world, procedure, prepared);
  world.card?.faults.replan((_, command) => {
    seen.push(toHex(command.subarray(0, 4)));
    return undefined;
  });
  while (!process.done) await step(world);
  return seen;
}

interface Life {
  readonly done: boolean;
  readonly restarts: number;
  /** It does nothing any more, wherever it is. */
  kill(): void;
}

/** What an agent does: opens, begins unless that was done before, runs and waits, registers; and again after an error. */
function live(world: EnrolmentWorld, procedure: Procedure, before: EnrolmentWorld): Life {
  const life = {
    done: false,
    restarts: 0,
    killed: false,
    kill: () => {
      life.killed = true;
    },
  };
  const go = async (): Promise<void> => {
    while (!life.done && !life.killed) {
      try {
        const enrolment = await openIn(world);
        if (isToBegin(enrolment, world, before)) await enrolment.begin(procedure.mode, procedure.abandon ?? false);
        await runOut(enrolment, world);
        assert.ok(isRenewed(world, before), "it ended as it began");
        assert.equal(await world.problemWithCredential(), undefined);
        await enrolment.confirm();
        life.done = true;
      } catch {
        life.restarts++;
        await pause(world, minute);
      }
    }
  };
  void go();
  return life;

  /** The disk of a process that was killed stays as it is. */
  function openIn(of: EnrolmentWorld): Promise<Enrolment> {
    return of.open((record) => {
      if (!life.killed) of.stored = record;
      return life.killed ? new Promise<void>(() => {}) : Promise.resolve();
    });
  }
}

async function runOut(enrolment: Enrolment, world: EnrolmentWorld): Promise<void> {
  const { signal } = new AbortController();
  for (;;) {
    const result = await enrolment.run(signal);
    if (result.kind === "failed") throw result.error;
    if (result.kind === "done") return;
    await pause(world, result.until - world.time.now());
  }
}

function isToBegin({ record }: Enrolment, world: EnrolmentWorld, before: EnrolmentWorld): boolean {
  return !record.attempt && !isRenewed(world, before);
}

function isRenewed(world: EnrolmentWorld, before: EnrolmentWorld): boolean {
  return world.leaf !== undefined && toHex(world.leaf) !== toHex(before.leaf ?? new Uint8Array());
}

function pause(world: EnrolmentWorld, ms: number): Promise<void> {
  return new Promise((resolve) => world.time.schedule(ms, resolve));
}

/** Time stands still while cryptography works. */
async function step(world: EnrolmentWorld): Promise<void> {
  await world.sleep(5_000);
  await settle();
}

async function assertRegistered(world: EnrolmentWorld, before: EnrolmentWorld, when: string): Promise<void> {
  assert.equal(await world.problemWithCredential(), undefined, when);
  assert.ok(isRenewed(world, before), when);
  assert.equal(world.record.attempt, undefined, when);
  assert.equal(world.record.slots.filter((held) => held !== undefined).length, 1, when);
}

function report(t: TestContext, commands: number, outcomes: readonly string[]): void {
  const again = outcomes.filter((outcome) => outcome === "after another start").length;
  t.diagnostic(`${commands} APDUs: ${again} times a new start was needed`);
}
