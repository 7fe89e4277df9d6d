import assert from "node:assert/strict";
import { test } from "node:test";
import { Code } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { integerValue } from "../../../src/formats/values.ts";
import { History } from "../../../src/lwm2m/observation/history.ts";
import { BenchAccount, timeout } from "../bench-account.ts";

const VALUE = "/33000/0/1";
const accept = ContentFormat.senmlJson;

async function observing(options: ConstructorParameters<typeof BenchAccount>[0] = {}): Promise<BenchAccount> {
  const bench = await new BenchAccount({ version: "1.2", ...options }).started();
  bench.device.server.replace({ ...bench.device.server.settings, lifetime: 0 });
  await bench.advance(1);
  await observe(bench);
  return bench;
}

const observe = (bench: BenchAccount, format: number = accept) =>
  bench.server.association.observe("aa", VALUE, { accept: format });

async function change(bench: BenchAccount, ...values: number[]): Promise<void> {
  for (const value of values) {
    bench.device.testObject.set(0, 1, integerValue(value));
    await bench.advance(10);
  }
}

function told(bench: BenchAccount): string[] {
  return bench.server.association.notifications
    .splice(0)
    .map(({ response, confirmable }) => `${confirmable ? "CON " : ""}${new TextDecoder().decode(response.payload)}`);
}

/** Loses the association, lets values change while no connection succeeds, and connects again. */
async function outage(bench: BenchAccount, ...values: number[]): Promise<void> {
  bench.server.connects.push(timeout(), timeout());
  bench.server.association.lose(timeout());
  await change(bench, ...values);
  await bench.advance(60);
  assert.equal(bench.account.status.state, "registered");
}

test("held notifications are told at once afterwards, with the time of each", async () => {
  const bench = await observing();
  bench.account.holdNotifications(true);
  await change(bench, 1, 2, 2, 3);
  assert.deepEqual(told(bench), []);
  assert.deepEqual(
    bench.account.observations.map(({ path, stored }) => [path, stored]),
    [[VALUE, 3]],
  );
  bench.account.holdNotifications(false);
  await bench.advance(0);
  assert.deepEqual(told(bench), ['CON [{"bn":"/33000/0/1","bt":-40,"v":1},{"bt":-30,"v":2},{"bt":-10,"v":3}]']);
  await change(bench, 4);
  assert.deepEqual(told(bench), ['[{"bn":"/33000/0/1","v":4}]']);
});

test("times are absolute when the clock is set", async () => {
  const wallClock = { now: () => 1_700_000_000_500, trusted: true };
  const bench = await observing({ wallClock });
  bench.account.holdNotifications(true);
  await change(bench, 1);
  bench.account.holdNotifications(false);
  await bench.advance(0);
  assert.deepEqual(told(bench), ['CON [{"bn":"/33000/0/1","bt":1699999990.5,"v":1}]']);
  wallClock.trusted = false;
  bench.account.holdNotifications(true);
  await change(bench, 2);
  bench.account.holdNotifications(false);
  assert.deepEqual(told(bench), ['CON [{"bn":"/33000/0/1","bt":-10,"v":2}]']);
});

test("with Notification Storing off nothing is kept, and the newest value is told afterwards", async () => {
  const bench = await observing();
  bench.device.server.replace({ ...bench.device.server.settings, notificationStoring: false });
  bench.account.holdNotifications(true);
  await change(bench, 1, 2, 3);
  bench.account.holdNotifications(false);
  await bench.advance(0);
  assert.deepEqual(told(bench), ['[{"bn":"/33000/0/1","v":3}]']);
  bench.account.holdNotifications(true);
  await change(bench, 4, 3);
  bench.account.holdNotifications(false);
  await bench.advance(0);
  assert.deepEqual(told(bench), [], "it is as the server knows it");
});

test("hqmax bounds what is kept, the oldest goes; where it is used nothing else is kept", async () => {
  const bench = await observing();
  await bench.server.association.observe("bb", "/33000/0/3", { accept });
  await bench.server.association.ask("PUT", VALUE, { query: ["hqmax=2"] });
  bench.account.holdNotifications(true);
  await change(bench, 1, 2, 3);
  bench.device.testObject.set(0, 3, { type: "float", value: 9 });
  await bench.advance(10);
  assert.deepEqual(
    bench.account.observations.map(({ stored }) => stored),
    [2, 0],
  );
  bench.account.holdNotifications(false);
  await bench.advance(0);
  assert.deepEqual(told(bench), [
    'CON [{"bn":"/33000/0/1","bt":-30,"v":2},{"bt":-20,"v":3}]',
    '[{"bn":"/33000/0/3","v":9}]',
  ]);
  await bench.server.association.ask("PUT", VALUE, { query: ["hqmax=0"] });
  bench.account.holdNotifications(true);
  await change(bench, 4);
  assert.equal(bench.account.observations[0]?.stored, 0);
});

test("a format without time tells the newest value", async () => {
  const bench = await observing();
  for (const [format, expected] of [
    [ContentFormat.text, "CON 2"],
    [ContentFormat.tlv, "CON \u00c1\u0001\u0003".replace("\u00c1", "\ufffd")],
  ] as const) {
    await observe(bench, format);
    bench.account.holdNotifications(true);
    await change(bench, 7, format === ContentFormat.text ? 2 : 3);
    bench.account.holdNotifications(false);
    await bench.advance(0);
    assert.deepEqual(told(bench), [expected]);
  }
});

test("without hqmax a hundred moments are kept, and no more than 2000 values", async () => {
  const bench = await observing();
  bench.account.holdNotifications(true);
  for (let i = 0; i < 150; i++) await change(bench, i % 50);
  assert.equal(bench.account.observations[0]?.stored, 100);
  const history = new History();
  const records = Array.from({ length: 900 }, (_, i) => ({ path: [33000, 0, 9, i], value: integerValue(i) }));
  for (let at = 0; at < 5; at++) history.add(at, records, 100);
  assert.equal(history.size, 2);
  assert.deepEqual([...new Set(history.take((at) => at).map(({ time }) => time))], [3, 4]);
  assert.equal(history.size, 0);
});

test("what a server missed while the association was lost is told when it observes again", async () => {
  const bench = await observing();
  await outage(bench, 1, 2);
  assert.deepEqual(bench.account.status.observations, []);
  const first = await observe(bench);
  assert.equal(new TextDecoder().decode(first.payload), '[{"bn":"/33000/0/1","v":2}]');
  assert.deepEqual(told(bench), ['CON [{"bn":"/33000/0/1","bt":-80,"v":1},{"bt":-70,"v":2},{"bt":0,"v":2}]']);
  await change(bench, 3);
  assert.deepEqual(told(bench), ['[{"bn":"/33000/0/1","v":3}]']);
});

test("what it missed while it was told nothing about is not kept with Notification Storing off", async () => {
  const bench = await observing();
  bench.device.server.replace({ ...bench.device.server.settings, notificationStoring: false });
  await outage(bench, 1, 2);
  await observe(bench);
  assert.deepEqual(told(bench), []);
});

test("a notification that was never acknowledged is kept", async () => {
  const bench = await observing();
  await bench.server.association.ask("PUT", VALUE, { query: ["con=1"] });
  await change(bench, 1);
  assert.equal(told(bench).length, 1);
  bench.server.association.cancel("aa", "unreachable");
  await bench.advance(0);
  await observe(bench);
  assert.deepEqual(told(bench), ['CON [{"bn":"/33000/0/1","bt":-10,"v":1},{"bt":0,"v":1}]']);
});

test("what the server cancelled is not kept", async () => {
  const bench = await observing();
  bench.server.association.cancel("aa");
  await change(bench, 1, 2);
  await observe(bench);
  assert.deepEqual(told(bench), []);
});

test("disabled, values are kept as well", async () => {
  const bench = await observing();
  bench.device.server.replace({ ...bench.device.server.settings, disableTimeout: 100 });
  await bench.server.association.ask("POST", "/1/0/4");
  await bench.advance(10);
  assert.equal(bench.account.status.state, "disabled");
  await change(bench, 1, 2);
  await bench.advance(100);
  assert.equal(bench.account.status.state, "registered");
  await observe(bench);
  assert.match(told(bench)[0] ?? "", /^CON .*"v":1.*"v":2/);
});

test("a server that does not observe again within ten minutes of its return has lost interest", async () => {
  const bench = await observing();
  await outage(bench, 1, 2);
  const { armed } = bench.device.time;
  await bench.advance(601);
  assert.ok(bench.device.time.armed < armed);
  await observe(bench);
  assert.deepEqual(told(bench), []);
});

test("a value that is gone meanwhile takes what was kept of it along, and stop forgets all", async () => {
  const bench = await observing();
  bench.server.connects.push(timeout(), timeout(), timeout());
  bench.server.association.lose(timeout());
  await change(bench, 1);
  bench.device.testObject.removeInstance(0);
  await bench.advance(60);
  bench.device.testObject.addInstance(0);
  await observe(bench);
  assert.deepEqual(told(bench), []);
  bench.server.answers.push({ code: Code.NotFound });
  bench.account.updateRegistration("test");
  await bench.advance(1);
  await bench.account.stop();
  assert.equal(bench.device.time.armed, 0);
});
