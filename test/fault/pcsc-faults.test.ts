import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { makeParties } from "../support/fault-bench.ts";
import { complaints, FaultStage, openChannels, pcscChildren, reached } from "../support/fault-pcsc.ts";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import type { OurAgent } from "../support/foreign/our-agent.ts";
import { ReaderClient } from "../support/foreign/reader-client.ts";
import { startVirtualSimOverVpcd, type VirtualSimOverVpcd } from "../support/virtual-sim-over-vpcd.ts";

const Ins = { select: 0xa4, sign: 0x2b } as const;
/** SELECT and COMPUTE SIGNATURE UPDATE take this long, so that something can happen while the card works. */
const slow = { delayMs: { A4: 400, "2B": 400 } };

/** What goes wrong: at a command, in the course of which it happens, and while nobody uses the card. */
interface FaultKind {
  /** Of the cause, as a person reads it in the log. */
  readonly words: RegExp;
  prepare?(stage: Stage): Promise<unknown>;
  strike(stage: Stage, agent: OurAgent, ins: number): Promise<void>;
  strikeIdle?(stage: Stage, agent: OurAgent): Promise<unknown>;
}

interface Stage {
  readonly virtual: VirtualSimOverVpcd;
  readonly client: ReaderClient;
}

const kinds: Readonly<Record<string, FaultKind>> = {
  "pulled: the card's socket closed": {
    words: /pulled out|the reader is gone|no card in|broke off/,
    strike: async ({ virtual: { card } }, _, ins) => {
      let pulled = false;
      card.replan((_, command) => {
        if (pulled || command[1] !== ins) return undefined;
        pulled = true;
        return { kind: "pulled" };
      });
    },
    strikeIdle: async ({ virtual: { dialler, trace } }) => {
      await poweredOn(trace, () => dialler.hangUp());
    },
  },
  "reset by another program between two APDUs": {
    words: /another program reset the card/,
    prepare: ({ client }) => client.connect(),
    strike: async ({ virtual: { card }, client }, _, ins) => {
      await reached(card, ins);
      await client.reset();
    },
    strikeIdle: ({ client }) => client.reset(),
  },
  "mute past the deadline, then its socket closed": {
    words: /no answer from the card's driver within 20000 ms/,
    strike: async ({ virtual: { card } }, agent, ins) => {
      card.replan((_, command) => (command[1] === ins ? { kind: "mute" } : undefined));
      await agent.waitFor("card-operation", ({ failed }) => failed === true, 60);
      card.replan(() => undefined);
      card.release();
    },
  },
  "the pcscd child killed": {
    words: /the PC\/SC driver's process ended \(SIGKILL\)/,
    strike: async ({ virtual: { card } }, agent, ins) => {
      await reached(card, ins);
      killChild(agent);
    },
    strikeIdle: async (_, agent) => killChild(agent),
  },
  "pcscd restarted": {
    words: /pcscd stopped|pcscd is not running|communication with pcscd|the reader is gone|not available/,
    strike: async ({ virtual: { card, pcscd } }, _, ins) => {
      await reached(card, ins);
      await pcscd.stop();
      await pcscd.run();
    },
    strikeIdle: async ({ virtual: { pcscd, trace } }) => {
      await pcscd.stop();
      await poweredOn(trace, () => pcscd.run());
    },
  },
};

describe("an agent at a reader of pcscd", () => {
  const cleanup = suiteCleanup();
  let stage: Stage;
  let device: FaultStage;

  before(async () => {
    const parties = await makeParties(slow);
    const virtual = await startVirtualSimOverVpcd(cleanup, parties.profile);
    stage = { virtual, client: new ReaderClient(cleanup, virtual.reader) };
    device = await FaultStage.open(cleanup, parties, `iotsafe:?channel=pcsc:${encodeURIComponent(virtual.reader)}`);
  });

  for (const [name, kind] of Object.entries(kinds)) {
    it(`${name}: says why once, registers again by itself`, async (t) => {
      await kind.prepare?.(stage);
      const first = device.start(t);
      await kind.strike(stage, first, Ins.select);
      t.diagnostic(`at start-up: ${await recovered(first, kind, 0)}`);
      await kind.prepare?.(stage);
      const striking = kind.strike(stage, first, Ins.sign);
      device.server.dropSessions();
      await striking;
      t.diagnostic(`in the handshake: ${await recovered(first, kind, 1)}`);
      await leavesNothing(first);
    });

    const { strikeIdle } = kind;
    if (!strikeIdle) continue;
    it(`${name}, while nobody uses the card: the same, once it is needed`, async (t) => {
      const agent = device.start(t);
      await agent.waitFor("registered");
      await kind.prepare?.(stage);
      await strikeIdle(stage, agent);
      assert.deepEqual(complaints(agent), []);
      device.server.dropSessions();
      t.diagnostic(await recovered(agent, kind, 0));
      await leavesNothing(agent);
    });
  }

  /** Waits for the trouble and its end; gives the cause as the log has it. `earlier`: troubles before this one. */
  async function recovered(agent: OurAgent, { words }: FaultKind, earlier: number): Promise<string> {
    await agent.waitFor("retrying", () => true, 60);
    await agent.waitFor("registered", () => true, 60);
    stage.virtual.card.replan(() => undefined);
    const [said, ...more] = complaints(agent).slice(earlier);
    assert.match(said?.reason ?? "nothing was said", words);
    assert.deepEqual(more, []);
    return `${said?.code} ${said?.reason}`;
  }

  /** One session and nothing half-open at the server, one logical channel at the card; none when the agent has ended. */
  async function leavesNothing(agent: OurAgent): Promise<void> {
    const { server } = device;
    await device.until(
      ({ sessions, halfOpen }) => sessions === 1 && halfOpen === 0,
      "one session and no half-open one",
    );
    assert.equal(server.registrations.length, 1);
    assert.ok((await openChannels(stage.virtual.sim)) <= 1, "logical channels of an earlier connection are open");
    await agent.stop();
    await device.until(({ registrations, sessions }) => registrations.length + sessions === 0, "no session");
    assert.equal(await openChannels(stage.virtual.sim), 0);
  }
});

function killChild(agent: OurAgent): void {
  const pids = pcscChildren(agent);
  assert.equal(pids.length, 1);
  for (const pid of pids) process.kill(pid, "SIGKILL");
}

/** Acts, and waits for the reader to switch the card on after it. */
async function poweredOn(trace: VirtualSimOverVpcd["trace"], act: () => unknown): Promise<void> {
  const isPowerOn = (line: string): boolean => line.endsWith("power on");
  while (trace.unread().some(isPowerOn)) await trace.waitFor(isPowerOn, "an earlier power on");
  await act();
  await trace.waitFor(isPowerOn, "power on");
}
