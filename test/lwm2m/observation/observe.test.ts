import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, codeText } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { integerValue } from "../../../src/formats/values.ts";
import { BenchAccount, timeout } from "../bench-account.ts";

const VALUE = "/33000/0/1";

async function observing(query: readonly string[] = [], path = VALUE): Promise<BenchAccount> {
  const bench = await new BenchAccount().started();
  bench.device.server.replace({ ...bench.device.server.settings, lifetime: 0 });
  if (query.length > 0) await bench.server.association.ask("PUT", path, { query });
  const response = await bench.server.association.observe("aa", path, { accept: ContentFormat.senmlJson });
  assert.equal(response.code, Code.Content);
  return bench;
}

function set(bench: BenchAccount, value: number): void {
  bench.device.testObject.set(0, 1, integerValue(value));
}

/** Seconds after the start at which a notification came, with its value. */
async function watch(
  bench: BenchAccount,
  seconds: number,
  changes: Readonly<Record<number, number>>,
): Promise<string[]> {
  const seen: string[] = [];
  for (let second = 0; second < seconds; second++) {
    if (second > 0) await bench.advance(1);
    const change = changes[second];
    if (change !== undefined) set(bench, change);
    await bench.advance(0);
    for (const { response } of bench.server.association.notifications.splice(0)) {
      const value = /"v":(-?\d+)/.exec(new TextDecoder().decode(response.payload))?.[1];
      seen.push(`${second}:${value}`);
    }
  }
  return seen;
}

// attributes, value set at second, notifications expected as second:value
const timings: [string[], Record<number, number>, string[]][] = [
  [[], { 1: 5, 3: 6, 4: 6 }, ["1:5", "3:6"]],
  [["pmin=10"], { 1: 5, 3: 6, 15: 7, 30: 8 }, ["10:6", "20:7", "30:8"]],
  [["pmin=10"], { 3: 6, 5: -5 }, []],
  [["pmax=10"], {}, ["10:-5", "20:-5", "30:-5"]],
  [["pmax=10"], { 4: 5 }, ["4:5", "14:5", "24:5", "34:5"]],
  [["pmin=5", "pmax=5"], { 2: 1 }, ["5:1", "10:1", "15:1", "20:1", "25:1", "30:1", "35:1"]],
  [["pmin=10", "pmax=5"], { 2: 1 }, ["10:1"]],
  [["pmin=0", "pmax=0"], { 2: 1 }, ["2:1"]],
  [["gt=10"], { 1: 5, 3: 11, 5: 12, 7: 9, 9: 11 }, ["3:11", "9:11"]],
  [["gt=10", "pmin=10"], { 1: 11, 3: 9, 15: 11 }, ["10:9", "20:11"]],
  [["lt=-10"], { 1: -9, 3: -11, 5: -12, 7: 0, 9: -11 }, ["3:-11", "9:-11"]],
  [["st=3"], { 1: -4, 2: -3, 3: -2, 5: 0, 6: 1 }, ["3:-2", "6:1"]],
  [["gt=50", "pmax=20"], { 1: 7, 25: 60 }, ["20:7", "25:60"]],
];

for (const [query, changes, expected] of timings) {
  test(`with ${query.join("&") || "no attributes"} and changes ${JSON.stringify(changes)} notifications come at ${expected.join(" ")}`, async () => {
    const bench = await observing(query);
    assert.deepEqual(await watch(bench, 36, changes), expected);
    await bench.account.stop();
  });
}

test("the server's default periods hold where nothing is attached, and a change of either takes effect at once", async () => {
  const bench = await observing();
  bench.device.server.replace({ ...bench.device.server.settings, defaultMinimumPeriod: 5, defaultMaximumPeriod: 8 });
  assert.deepEqual(await watch(bench, 18, { 1: 1 }), ["5:1", "13:1"]);
  await bench.server.association.ask("PUT", "/33000", { query: ["pmax=6"] });
  assert.deepEqual(await watch(bench, 9, {}), ["2:1", "8:1"]);
  await bench.account.stop();
});

test("an observation works on object, instance, multiple resource and resource instance", async () => {
  for (const path of ["/33000", "/33000/0", "/33000/0/9", "/33000/0/9/2"]) {
    const bench = await observing([], path);
    bench.device.testObject.set(0, 9, new Map([[2, integerValue(99)]]));
    await bench.advance(1);
    const { notifications } = bench.server.association;
    assert.equal(notifications.length, 1, path);
    assert.match(new TextDecoder().decode(notifications[0]?.response.payload), /"v":99/);
    assert.equal(notifications[0]?.response.contentFormat, ContentFormat.senmlJson);
    await bench.account.stop();
  }
});

test("what cannot be read cannot be observed", async () => {
  const bench = await new BenchAccount().started();
  const observe = async (path: string, accept?: number) =>
    codeText((await bench.server.association.observe("aa", path, accept === undefined ? {} : { accept })).code);
  assert.equal(await observe("/9"), "4.04");
  assert.equal(await observe("/0/0"), "4.01");
  assert.equal(await observe("/33000/0/12"), "4.05");
  assert.equal(await observe("/33000", ContentFormat.text), "4.06");
  assert.equal(await observe("/"), "4.05");
  assert.equal(bench.server.association.observations.size, 0);
  assert.equal(await observe("/3/0", ContentFormat.linkFormat), "2.05");
  assert.equal(bench.server.association.observations.size, 0, "Discover is not observed");
});

test("a value that cannot be read any more ends the observation with its error", async () => {
  const bench = await observing();
  bench.device.testObject.removeInstance(0);
  await bench.advance(1);
  const [last] = bench.server.association.notifications;
  assert.equal(last?.response.code, Code.NotFound);
  assert.equal(last?.confirmable, true);
  assert.deepEqual(bench.account.status.observations, []);
  assert.ok(bench.types().includes("observation-ended"));
});

test("a cancelled observation is silent", async () => {
  const bench = await observing(["pmax=5"]);
  bench.server.association.cancel("aa");
  assert.deepEqual(await watch(bench, 12, { 1: 1 }), []);
  assert.deepEqual(bench.account.status.observations, []);
});

test("the same token observes anew and replaces, others go on beside it", async () => {
  const bench = await observing();
  await bench.server.association.observe("bb", "/33000/0/9");
  await bench.server.association.observe("aa", "/3/0/9");
  assert.deepEqual(bench.account.status.observations, ["/33000/0/9", "/3/0/9"]);
  assert.deepEqual(await watch(bench, 3, { 1: 1 }), []);
});

test("a new Register ends all observations, an Update none", async () => {
  const bench = await observing(["pmax=5"]);
  bench.account.updateRegistration("test");
  await bench.advance(0);
  assert.deepEqual(bench.account.status.observations, [VALUE]);
  bench.server.answers.push({ code: Code.NotFound });
  bench.account.updateRegistration("test");
  await bench.advance(0);
  assert.deepEqual(bench.account.status.observations, []);
  assert.deepEqual(await watch(bench, 12, { 1: 1 }), []);
});

test("de-registration, a lost association and stop end all observations", async () => {
  const ends: ((bench: BenchAccount) => unknown)[] = [
    (bench) => bench.server.association.lose(timeout()),
    (bench) => bench.server.association.ask("POST", "/1/0/4"),
    (bench) => bench.account.stop(),
  ];
  for (const end of ends) {
    const bench = await observing(["pmax=5"]);
    await end(bench);
    await bench.advance(1);
    assert.deepEqual(bench.account.status.observations, []);
    assert.ok(bench.types().includes("observation-ended"));
    await bench.account.stop();
    assert.equal(bench.device.time.armed, 0);
  }
});

test("one notification in 24 hours is confirmable", async () => {
  const bench = await observing(["pmax=3600"]);
  await bench.advance(49 * 3600);
  const confirmable = bench.server.association.notifications.map((notification) => notification.confirmable);
  assert.equal(confirmable.length, 49);
  assert.deepEqual(
    confirmable.flatMap((yes, i) => (yes ? [i + 1] : [])),
    [24, 48],
  );
});

test("a slow value is read once at a time and the last change is not missed", async () => {
  const bench = await observing();
  const { testObject, time } = bench.device;
  const read = testObject.read.bind(testObject);
  let reading = 0;
  let most = 0;
  testObject.read = async (instance, resource) => {
    most = Math.max(most, ++reading);
    await new Promise<void>((resolve) => void time.schedule(1000, resolve));
    reading--;
    return read(instance, resource);
  };
  for (const value of [1, 2, 3]) {
    set(bench, value);
    await bench.advance(0.4);
  }
  await bench.advance(5);
  const values = bench.server.association.notifications.map(({ response }) =>
    new TextDecoder().decode(response.payload),
  );
  assert.match(values.at(-1) ?? "", /"v":3/);
  assert.equal(most, 1);
});
