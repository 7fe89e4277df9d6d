import assert from "node:assert/strict";
import { test } from "node:test";
import { Code } from "../../src/coap/message.ts";
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
];

test("whatever happens in whatever order, the account ends registered when the storm is over", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = new SeededRandom(seed);
    const bench = await new BenchAccount().started();
    for (let i = 0; i < 40; i++) {
      deeds[random.below(deeds.length)]?.(bench, random);
      if (random.below(3) === 0) await bench.advance(random.below(100));
    }
    bench.server.connects.length = 0;
    bench.server.answers.length = 0;
    await bench.advance(400);
    bench.account.start();
    await bench.advance(400);
    assert.equal(bench.account.status.state, "registered", `seed ${seed}: ${bench.account.status.reason}`);
    assert.deepEqual(
      bench.logged.filter((line) => line.startsWith("error")),
      [],
      `seed ${seed}`,
    );
    await bench.account.stop();
    assert.equal(bench.device.time.armed, 0, `seed ${seed}`);
  }
});
