import assert from "node:assert/strict";
import { test } from "node:test";
import { BenchAccount, timeout } from "../bench-account.ts";

const REGISTER = "POST /rd?lwm2m=1.1&ep=dev1&lt=300&b=U";

test("offline closes the association without De-register, online registers again", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  bench.types();
  bench.account.goOffline("no radio");
  await bench.advance(1000);
  assert.deepEqual(bench.server.take(), ["close"]);
  assert.deepEqual([bench.account.status.state, bench.account.status.reason], ["offline", "no radio"]);
  bench.account.reconnect("ignored while offline");
  bench.account.updateRegistration("ignored while offline");
  await bench.advance(1000);
  assert.deepEqual(bench.server.take(), []);
  bench.account.goOnline("radio is back");
  await bench.advance(0);
  assert.deepEqual(bench.server.take(), ["connect", REGISTER]);
  assert.deepEqual(bench.types(), ["offline", "connecting", "connected", "registered"]);
});

test("offline works in every state, and stop out of it", async () => {
  const connecting = new BenchAccount();
  connecting.server.connects.push("never");
  await connecting.started();
  const registering = new BenchAccount();
  registering.server.answers.push("never");
  await registering.started();
  const waiting = new BenchAccount();
  waiting.server.connects.push(timeout());
  await waiting.started();
  const updating = await new BenchAccount().started();
  updating.server.answers.push("never");
  await updating.advance(207);
  for (const bench of [connecting, registering, waiting, updating]) {
    bench.account.goOffline("test");
    await bench.advance(0);
    assert.equal(bench.account.status.state, "offline");
    await bench.account.stop();
    assert.equal(bench.account.status.state, "stopped");
    assert.equal(bench.device.time.armed, 0);
  }
});

test("an account that is offline before it starts stays so, also after a stop, until it is online", async () => {
  const bench = new BenchAccount();
  bench.account.goOffline("flight mode");
  for (let i = 0; i < 2; i++) {
    await bench.started();
    assert.equal(bench.account.status.state, "offline");
    assert.deepEqual(bench.server.take(), []);
    await bench.account.stop();
  }
  bench.account.goOnline("landed");
  await bench.started();
  assert.equal(bench.account.status.state, "registered");
});

test("offline while disabled does not shorten the disable timeout", async () => {
  const bench = await new BenchAccount().started();
  bench.device.server.replace({ ...bench.device.server.settings, disableTimeout: 100 });
  await bench.server.association.ask("POST", "/1/0/4");
  await bench.advance(10);
  bench.account.goOffline("test");
  await bench.advance(10);
  bench.account.goOnline("test");
  await bench.advance(10);
  assert.equal(bench.account.status.state, "disabled");
  bench.account.goOffline("test");
  await bench.advance(100);
  assert.equal(bench.account.status.state, "offline");
  bench.account.goOnline("test");
  await bench.advance(0);
  assert.equal(bench.account.status.state, "registered");
});

test("offline and at once online is one new association", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  bench.account.goOffline("a");
  await bench.advance(0);
  bench.account.goOnline("b");
  bench.account.goOffline("c");
  bench.account.goOnline("d");
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["close", "connect", REGISTER]);
});
