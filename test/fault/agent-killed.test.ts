import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { monotonicClock } from "../../src/platform/clock.ts";
import { nodeTimers } from "../../src/platform/timers.ts";
import { CardSocketServer } from "../../src/sandbox/card/card-socket-server.ts";
import { FaultInjector } from "../../src/sandbox/card/fault-injector.ts";
import type { SimulatedCard } from "../../src/sandbox/card/simulated-card.ts";
import { VirtualSim } from "../../src/sandbox/card/virtual-sim.ts";
import { makeParties, type Parties } from "../support/fault-bench.ts";
import { complaints, FaultStage, openChannels, reached } from "../support/fault-pcsc.ts";
import { type Cleanup, suiteCleanup } from "../support/foreign/cleanup.ts";
import { ReaderClient } from "../support/foreign/reader-client.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { startVirtualSimOverVpcd } from "../support/virtual-sim-over-vpcd.ts";

/** A signature takes its time, and its session outlives the logical channel: only a close or a reset ends it. */
const settings = { delayMs: { "2B": 400 }, sessions: { endWithSelection: false } };
/** More than the card has logical channels. */
const kills = 5;

interface Reader {
  readonly credential: string;
  readonly sim: SimulatedCard;
  readonly card: FaultInjector;
}

/** Readers that keep the card powered from one agent to the next, as they do when other programs use it too. */
const readers: Readonly<Record<string, (cleanup: Cleanup, parties: Parties) => Promise<Reader>>> = {
  "a socket whose card stays powered": async (cleanup, { profile }) => {
    const sim = new VirtualSim(profile, { entropy: nodeEntropy, clock: monotonicClock, timers: nodeTimers });
    const card = new FaultInjector(sim);
    const path = join(temporaryFolder(cleanup), "card.sock");
    const server = await CardSocketServer.listen(alwaysPowered(card), path);
    cleanup.after(() => server.close());
    return { credential: `iotsafe:?channel=socket:${path}`, sim, card };
  },
  "a reader of pcscd with another program at it": async (cleanup, { profile }) => {
    const { sim, card, reader } = await startVirtualSimOverVpcd(cleanup, profile);
    await new ReaderClient(cleanup, reader).connect();
    return { credential: `iotsafe:?channel=pcsc:${encodeURIComponent(reader)}`, sim, card };
  },
};

for (const [name, open] of Object.entries(readers)) {
  describe(`an agent at ${name}, killed again and again`, () => {
    const cleanup = suiteCleanup();
    let reader: Reader;
    let device: FaultStage;
    before(async () => {
      const parties = await makeParties(settings);
      reader = await open(cleanup, parties);
      device = await FaultStage.open(cleanup, parties, reader.credential);
    });

    it("registers at each start without a word: neither its lock nor a channel or session at the card is in its way", async (t) => {
      for (let kill = 0; kill < kills; kill++) {
        const agent = device.start(t);
        await agent.waitFor("registered");
        assert.deepEqual(complaints(agent), []);
        assert.equal(device.server.registrations.length, 1);
        assert.equal(await openChannels(reader.sim), 1);
        if (kill % 2 === 1) await whileSigning();
        agent.process.signal("SIGKILL");
        await agent.process.exit();
        reader.card.replan(() => undefined);
      }
      const last = device.start(t);
      await last.waitFor("registered");
      await last.stop();
      assert.equal(await openChannels(reader.sim), 0);
    });

    async function whileSigning(): Promise<void> {
      const signing = reached(reader.card, 0x2b);
      device.server.dropSessions();
      await signing;
    }
  });
}

function alwaysPowered(card: SimulatedCard): SimulatedCard {
  return { atr: card.atr, present: true, power: () => {}, exchange: (command) => card.exchange(command) };
}
