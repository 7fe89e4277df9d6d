import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerInstance, type ServerSettings } from "../../../src/lwm2m/objects/server-instance.ts";
import { type OrderedAccount, RegistrationOrder } from "../../../src/lwm2m/registration/registration-order.ts";
import type { ServerAccountEvent } from "../../../src/lwm2m/server-account-event.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const registered: ServerAccountEvent = {
  type: "registered",
  reason: "test",
  location: ["rd", "1"],
  version: "1.1",
  milliseconds: 0,
};
const givenUp: ServerAccountEvent = { type: "given-up", reason: "test", error: new Error("test") };

class Bench {
  readonly time = new VirtualTime();
  readonly started: number[] = [];
  readonly order = new RegistrationOrder({ timers: this.time, logger: silentLogger });

  account(shortServerId: number, settings: Partial<ServerSettings> = {}, registeredBefore = false): OrderedAccount {
    const usual = { shortServerId, lifetime: 300, notificationStoring: true, binding: "U" };
    const server = new ServerInstance(shortServerId, { ...usual, ...settings });
    return { server, registeredBefore, start: () => this.started.push(shortServerId) };
  }
}

test("servers with a priority start one after the other's outcome, those without at once", () => {
  const bench = new Bench();
  const first = bench.account(3, { registrationPriority: 1 });
  const second = bench.account(1, { registrationPriority: 2 });
  const third = bench.account(2, { registrationPriority: 7 });
  bench.order.follow([third, bench.account(9), second, first]);
  assert.deepEqual(bench.started, [9, 3]);
  bench.order.heard(9, registered);
  assert.deepEqual(bench.started, [9, 3]);
  bench.order.heard(3, registered);
  assert.deepEqual(bench.started, [9, 3, 1]);
  bench.order.heard(1, givenUp);
  assert.deepEqual(bench.started, [9, 3, 1, 2]);
});

test("the end of a communication sequence is a failure for those behind, a retry within it is not", () => {
  const bench = new Bench();
  bench.order.follow([
    bench.account(1, { registrationPriority: 1 }),
    bench.account(2, { registrationPriority: 2 }),
    bench.account(3, { registrationPriority: 3 }),
  ]);
  const retrying = { type: "retrying", reason: "test", error: new Error("test"), attempt: 1, milliseconds: 1 } as const;
  bench.order.heard(1, { ...retrying, sequenceEnded: false });
  assert.deepEqual(bench.started, [1]);
  bench.order.heard(1, { ...retrying, sequenceEnded: true });
  assert.deepEqual(bench.started, [1, 2]);
  bench.order.heard(2, { type: "offline", reason: "test" });
  assert.deepEqual(bench.started, [1, 2, 3]);
});

test("with Registration Failure Block those behind wait until the server registers after all", () => {
  const bench = new Bench();
  bench.order.follow([
    bench.account(1, { registrationPriority: 1, registrationFailureBlock: true }),
    bench.account(2, { registrationPriority: 2 }),
    bench.account(3),
  ]);
  bench.order.heard(1, givenUp);
  assert.deepEqual(bench.started, [3, 1]);
  bench.order.heard(1, registered);
  assert.deepEqual(bench.started, [3, 1, 2]);
});

test("the Initial Registration Delay runs from the end of the one before, until the first registration", async () => {
  const bench = new Bench();
  bench.order.follow([
    bench.account(1, { registrationPriority: 1, initialRegistrationDelay: 10 }),
    bench.account(2, { registrationPriority: 2, initialRegistrationDelay: 20 }),
    bench.account(3, { registrationPriority: 3, initialRegistrationDelay: 30 }, true),
  ]);
  await bench.time.advance(9_999);
  assert.deepEqual(bench.started, []);
  await bench.time.advance(1);
  assert.deepEqual(bench.started, [1]);
  await bench.time.advance(5000);
  bench.order.heard(1, registered);
  await bench.time.advance(19_999);
  assert.deepEqual(bench.started, [1]);
  await bench.time.advance(1);
  bench.order.heard(2, registered);
  assert.deepEqual(bench.started, [1, 2, 3]);
});

test("accounts that stay keep their outcome, those that go are not started", async () => {
  const bench = new Bench();
  const first = bench.account(1, { registrationPriority: 1 });
  const late = bench.account(2, { registrationPriority: 2, initialRegistrationDelay: 5 });
  bench.order.follow([first, late]);
  bench.order.heard(1, registered);
  const added = bench.account(3, { registrationPriority: 3 });
  bench.order.follow([first, added]);
  await bench.time.advance(10_000);
  assert.deepEqual(bench.started, [1, 3]);
  bench.order.stop();
  assert.equal(bench.time.armed, 0);
});
