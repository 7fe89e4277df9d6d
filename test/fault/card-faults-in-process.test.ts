import assert from "node:assert/strict";
import { before, describe, it, type TestContext } from "node:test";
import { eventLine } from "../../src/agent/agent-event.ts";
import type { Fault } from "../../src/sandbox/card/fault-injector.ts";
import type { CardConnector } from "../../src/smartcard/card-channel.ts";
import { CardTransportError } from "../../src/smartcard/card-transport-error.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { FaultBench, type FaultBenchOptions, makeParties, type Parties } from "../support/fault-bench.ts";
import { MemoryCache } from "../support/iotsafe-host.ts";

interface FaultKind {
  readonly fault: Fault;
  /** The cause as a person reads it in the log. */
  readonly words: RegExp;
  /** The card or the way to it is gone for a moment: nothing that waits for it can succeed. */
  readonly breaks?: boolean;
}

const misread =
  /expected|too many|begins neither as DER|holds no certificate|shows no objects|alert bad_certificate|answered 6985/;
const kinds: Readonly<Record<string, FaultKind>> = {
  pulled: { fault: { kind: "pulled" }, words: /the card was pulled/, breaks: true },
  "pulled after the work": { fault: { kind: "pulled", after: true }, words: /the card was pulled/, breaks: true },
  reset: { fault: { kind: "reset" }, words: /the card was reset/, breaks: true },
  "reset after the work": { fault: { kind: "reset", after: true }, words: /the card was reset/, breaks: true },
  mute: { fault: { kind: "mute" }, words: /the card did not answer command/, breaks: true },
  "mute after the work": { fault: { kind: "mute", after: true }, words: /did not answer command/, breaks: true },
  "one byte": { fault: { kind: "bytes", bytes: fromHex("90") }, words: /response of 1 bytes/, breaks: true },
  "5 bytes too long": { fault: { kind: "length", by: 5 }, words: misread },
  "5 bytes too short": { fault: { kind: "length", by: -5 }, words: misread },
  "6F00": { fault: { kind: "status", status: 0x6f00 }, words: /answered 6F00 \(no precise diagnosis\)/ },
  "6985": { fault: { kind: "status", status: 0x6985 }, words: /answered 6985 \(conditions of use not satisfied\)/ },
  "9000 without data": { fault: { kind: "status", status: 0x9000 }, words: misread },
};

/** Longer than the server keeps a handshake that does not go on (63 s). */
const halfOpenMs = 70_000;
const tidyUpMs = 1_000;

describe("an agent whose card fails once, at each APDU from its start to its second handshake", () => {
  let parties: Parties;
  before(async () => {
    parties = await makeParties();
  });

  for (const start of ["first start", "start with a cached certificate"]) {
    const options = async (): Promise<FaultBenchOptions> => ({
      cache: start === "first start" ? undefined : await filledCache(),
    });
    for (const [name, kind] of Object.entries(kinds)) {
      it(`${name}, ${start}: says why once, leaves nothing open, registers by itself`, async (t) => {
        const commands = await cleanLife(new FaultBench(parties, await options()));
        const outcomes: Outcome[] = [];
        for (const index of commands.keys()) {
          const bench = new FaultBench(parties, await options());
          bench.card.replan((at) => (at === index ? kind.fault : undefined));
          outcomes.push(await faultyLife(bench, commands[index] ?? "", kind));
        }
        report(t, commands, outcomes);
        assert.ok(outcomes.includes("after a pause"));
      });
    }

    it(`pulled and put back a minute later, ${start}: says each cause once, registers by itself`, async (t) => {
      const commands = await cleanLife(new FaultBench(parties, await options()));
      const outcomes: Outcome[] = [];
      for (const index of commands.keys()) {
        const bench = new FaultBench(parties, await options());
        bench.card.replan((at) => (at === index ? pulledForAMinute(bench) : undefined));
        outcomes.push(await longFaultLife(bench));
      }
      report(t, commands, outcomes);
    });
  }

  it("pulled while registered: not noticed before it is needed, and mended by itself", async () => {
    const bench = new FaultBench(parties);
    bench.agent.start();
    await bench.registered(1);
    await bench.time.advance(tidyUpMs);
    bench.card.pull();
    assert.deepEqual(bench.log.complaints, []);
    bench.time.schedule(60_000, () => bench.card.insert());
    await bench.reregistered();
    assert.equal(bench.log.complaints.length, 2);
    assert.match(bench.log.complaints[0] ?? "", /CREDENTIAL_FAILED .*: no card in the reader$/);
    assert.match(bench.log.complaints[1] ?? "", /CARD_ABSENT no card in the simulated reader$/);
    await assertNothingOpen(bench, 1);
  });

  describe("would fail", () => {
    it("with an agent that does not connect to its card again", async () => {
      const bench = new FaultBench(parties, { wrapConnector: onlyOnce });
      bench.card.replan((at) => (at === 4 ? { kind: "pulled" } : undefined));
      await assert.rejects(faultyLife(bench, "81CB0100", at("pulled")), /not registered within .*connects once/);
    });

    it("with an agent that leaves its logical channels open", async () => {
      const bench = new FaultBench(parties, { wrapConnector: withoutClosing });
      bench.card.replan((at) => (at === 4 ? { kind: "mute" } : undefined));
      await assert.rejects(faultyLife(bench, "81CB0100", at("mute")), /logical channels/);
    });

    it("with a cause in other words", async () => {
      const bench = new FaultBench(parties);
      bench.card.replan((at) => (at === 4 ? { kind: "reset" } : undefined));
      await assert.rejects(faultyLife(bench, "81CB0100", at("pulled")), { operator: "match" });
    });
  });

  async function filledCache(): Promise<MemoryCache> {
    const cache = new MemoryCache();
    const bench = new FaultBench(parties, { cache });
    bench.agent.start();
    await bench.registered(1);
    await bench.stopped();
    assert.equal(cache.entries.size, 1);
    return cache;
  }
});

type Outcome = "at once" | "after a pause";

/** Registers twice and stops. The commands, from first to last: class byte, instruction, P1 and P2 of each. */
async function cleanLife(bench: FaultBench): Promise<readonly string[]> {
  const commands: string[] = [];
  bench.card.replan((_, command) => {
    commands.push(toHex(command.subarray(0, 4)).toUpperCase());
    return undefined;
  });
  await registerTwice(bench);
  const used = [...commands];
  assert.deepEqual(bench.log.complaints, []);
  assert.equal(bench.count("retrying"), 0);
  await assertNothingOpen(bench, 1);
  return used;
}

async function faultyLife(bench: FaultBench, command: string, kind: FaultKind): Promise<Outcome> {
  await registerTwice(bench);
  const pauses = bench.count("retrying");
  const where = `at ${command}: ${bench.log.complaints.join("; ")}`;
  assert.equal(bench.log.complaints.length, pauses, `each cause once, ${where}`);
  assert.ok(pauses <= 1, where);
  for (const complaint of bench.log.complaints) assert.match(complaint, kind.words, where);
  if (kind.breaks) assertBrokenWay(bench, command, kind, pauses);
  // A channel whose number was lost on its way cannot be closed: only a reset of the card frees it.
  const lost = command.startsWith("0070") && !["pulled", "reset", "status"].includes(kind.fault.kind) ? 1 : 0;
  await assertNothingOpen(bench, 1, lost);
  return pauses === 0 ? "at once" : "after a pause";
}

async function registerTwice(bench: FaultBench): Promise<void> {
  bench.agent.start();
  await bench.registered(1);
  await bench.time.advance(tidyUpMs);
  await bench.reregistered();
  await bench.time.advance(halfOpenMs);
}

/** Nobody waits for what is tidied up after an answer; everybody waits for all else. */
function assertBrokenWay(bench: FaultBench, command: string, { words }: FaultKind, pauses: number): void {
  const tidying = command.startsWith("812A01");
  assert.equal(pauses, tidying ? 0 : 1, command);
  if (!tidying) return;
  const said = bench.log.lines.filter(({ message }) => message === "tidying up at the card failed");
  assert.equal(said.length, 1);
  assert.match(String(said[0]?.fields.error), words);
}

async function longFaultLife(bench: FaultBench): Promise<Outcome> {
  await registerTwice(bench);
  const causes = bench.log.complaints;
  for (const cause of causes) assert.match(cause, /the card was pulled$|no card in the (simulated )?reader$/);
  assert.equal(new Set(causes).size, causes.length, causes.join("; "));
  await assertNothingOpen(bench, 1);
  return bench.count("retrying") === 0 ? "at once" : "after a pause";
}

/** Then stops the agent: nothing of it stays, neither at the card nor at the server, and no timer. */
async function assertNothingOpen(bench: FaultBench, registrations: number, lostChannels = 0): Promise<void> {
  const { server } = bench;
  assert.deepEqual([server.registrations.length, server.sessions, server.halfOpen], [registrations, 1, 0]);
  assert.ok((await bench.openChannels()) <= 1 + lostChannels, "logical channels of an earlier connection are open");
  await bench.stopped();
  assert.deepEqual([server.registrations.length, server.sessions, server.halfOpen], [0, 0, 0]);
  assert.ok((await bench.openChannels()) <= lostChannels, "logical channels are left open");
  assert.deepEqual([bench.network.openPaths, bench.time.armed], [0, 0]);
  assertNoKey(bench);
}

function assertNoKey(bench: FaultBench): void {
  const said = bench.log.text + bench.events.map(eventLine).join("");
  const key = fromHex(bench.privateKey);
  for (const form of [
    toHex(key),
    toHex(key).toUpperCase(),
    Buffer.from(key).toString("base64"),
    Buffer.from(key).toString("base64url"),
  ]) {
    assert.ok(!said.includes(form), "the private key is in the log");
  }
}

function pulledForAMinute(bench: FaultBench): Fault {
  bench.time.schedule(60_000, () => bench.card.insert());
  return { kind: "pulled", stays: true };
}

function at(name: string): FaultKind {
  const kind = kinds[name];
  assert.ok(kind);
  return kind;
}

function report(t: TestContext, commands: readonly string[], outcomes: readonly Outcome[]): void {
  const paused = outcomes.filter((outcome) => outcome === "after a pause").length;
  t.diagnostic(`${commands.length} APDUs: registered at once ${commands.length - paused}, after a pause ${paused}`);
  t.diagnostic(commands.map((command, i) => `${command} ${outcomes[i] === "at once" ? "-" : "P"}`).join("  "));
}

/** A mutant: recovery switched off. */
function onlyOnce(connector: CardConnector): CardConnector {
  let connected = false;
  return {
    connect: async () => {
      if (connected) throw new CardTransportError("CARD_UNREACHABLE", "this mutant connects once");
      connected = true;
      return connector.connect();
    },
  };
}

/** A mutant: MANAGE CHANNEL close never reaches the card. */
function withoutClosing(connector: CardConnector): CardConnector {
  return {
    connect: async () => {
      const channel = await connector.connect();
      return {
        transmit: async (command) =>
          toHex(command.subarray(0, 3)) === "007080" ? fromHex("9000") : channel.transmit(command),
        close: () => channel.close(),
      };
    },
  };
}
