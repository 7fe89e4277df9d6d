import assert from "node:assert/strict";
import { test } from "node:test";
import { Code } from "../../src/coap/message.ts";
import { integerValue } from "../../src/formats/values.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { BenchAccount, timeout } from "./bench-account.ts";

type Deed = (bench: BenchAccount, random: SeededRandom) => void;

// Whatever may happen to an account, in any order.
const deeds: readonly Deed[] = [
  (bench) => bench.server.connects.push(timeout()),
  (bench) => bench.server.answers.push(timeout()),
  (bench) => bench.server.answers.push({ code: Code.NotFound }),
  (bench) => bench.server.answers.push({ code: Code.Forbidden }),
  (bench) => bench.server.answers.push({ code: Code.PreconditionFailed }),
  (bench) => bench.server.associations.at(-1)?.lose(timeout()),
  (bench) => bench.server.associations.at(-1)?.lose(),
  (bench) => bench.account.reconnect("storm"),
  (bench) => bench.account.updateRegistration("storm"),
  (bench) => bench.account.start(),
  (bench) => void bench.account.stop(),
  (bench, random) => bench.device.testObject.addInstance(random.below(5)),
  (bench, random) => bench.device.testObject.removeInstance(random.below(5)),
  (bench) => void bench.server.associations.at(-1)?.ask("POST", "/1/0/4"),
  (bench) => void bench.server.associations.at(-1)?.ask("POST", "/1/0/8"),
  (bench, random) => void bench.server.associations.at(-1)?.observe(`a${random.below(3)}`, "/33000"),
  (bench, random) => {
    const { server } = bench.device;
    server.replace({ ...server.settings, lifetime: random.below(400), disableTimeout: random.below(60) });
  },
  (bench, random) => {
    const { server } = bench.device;
    server.replace({ ...server.settings, binding: random.below(2) ? "U" : "UQ", muteSend: random.below(2) === 0 });
  },
  (bench, random) => {
    bench.server.resumes = [undefined, true, false][random.below(3)];
  },
  (bench, random) => {
    const { sequenceCount: _, ...settings } = bench.device.server.settings;
    bench.device.server.replace(random.below(2) ? settings : { ...settings, sequenceCount: 1, retryCount: 2 });
  },
  (bench, random) => bench.device.testObject.set(0, 1, integerValue(random.below(9))),
  (bench) => bench.account.goOffline("storm"),
  (bench) => bench.account.goOnline("storm"),
  (bench) => bench.account.resume("storm"),
  (bench) => void bench.account.send([[3, 0, 0]]).catch(() => {}),
];

test("whatever happens in whatever order, the account ends registered when the storm is over", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = new SeededRandom(seed);
    const bench = await new BenchAccount({
      queueMode: { awakeMs: 20_000, closeAssociation: seed % 2 === 0 },
    }).started();
    bench.device.server.replace({ ...bench.device.server.settings, disableTimeout: 60 });
    for (let i = 0; i < 40; i++) {
      deeds[random.below(deeds.length)]?.(bench, random);
      if (random.below(3) === 0) await bench.advance(random.below(100));
    }
    bench.server.connects.length = 0;
    bench.server.answers.length = 0;
    await bench.advance(400);
    bench.account.goOnline("the storm is over");
    bench.account.start();
    bench.account.resume("the storm is over");
    await bench.advance(400);
    assert.match(bench.account.status.state, /^(registered|asleep)$/, `seed ${seed}: ${bench.account.status.reason}`);
    assert.deepEqual(
      bench.logged.filter((line) => line.startsWith("error")),
      [],
      `seed ${seed}`,
    );
    await bench.account.stop();
    assert.equal(bench.device.time.armed, 0, `seed ${seed}`);
  }
});
