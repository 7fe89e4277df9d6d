import assert from "node:assert/strict";
import { test } from "node:test";
import { codeText } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { booleanValue, integerValue } from "../../../src/formats/values.ts";
import type { ResourceValue } from "../../../src/lwm2m/data-model/object.ts";
import { BenchAccount } from "../bench-account.ts";

const VALUE = "/33000/0/1";
const accept = ContentFormat.senmlJson;

async function registered(options: ConstructorParameters<typeof BenchAccount>[0] = { version: "1.2" }) {
  const bench = await new BenchAccount(options).started();
  bench.device.server.replace({ ...bench.device.server.settings, lifetime: 0 });
  await bench.advance(1);
  return bench;
}

/** What came second by second: "second:value", with "!" when it was confirmable. */
async function watch(bench: BenchAccount, seconds: number, changes: Readonly<Record<number, ResourceValue>>, id = 1) {
  const seen: string[] = [];
  for (let second = 0; second < seconds; second++) {
    if (second > 0) await bench.advance(1);
    const change = changes[second];
    if (change !== undefined) bench.device.testObject.set(0, id, change);
    await bench.advance(0);
    for (const { response, confirmable } of bench.server.association.notifications.splice(0)) {
      const value = /"vb?":([^}]*)/.exec(new TextDecoder().decode(response.payload))?.[1];
      seen.push(`${second}:${value}${confirmable ? "!" : ""}`);
    }
  }
  return seen;
}

const numbers = (changes: Readonly<Record<number, number>>) =>
  Object.fromEntries(Object.entries(changes).map(([second, value]) => [second, integerValue(value)]));
const flags = (changes: Readonly<Record<number, boolean>>) =>
  Object.fromEntries(Object.entries(changes).map(([second, value]) => [second, booleanValue(value)]));

test("edge tells the rising or the falling edge alone", async () => {
  for (const [query, expected] of [
    ["edge=1", ["5:true", "9:true"]],
    ["edge=0", ["2:false", "7:false"]],
  ] as const) {
    const bench = await registered();
    await bench.server.association.ask("PUT", "/33000/0/4", { query: [query] });
    await bench.server.association.observe("aa", "/33000/0/4", { accept });
    const changes = flags({ 2: false, 3: false, 5: true, 6: true, 7: false, 9: true });
    assert.deepEqual(await watch(bench, 12, changes, 4), expected, query);
  }
});

test("an edge crossed within pmin is told at its end", async () => {
  const bench = await registered();
  await bench.server.association.ask("PUT", "/33000/0/4", { query: ["edge=0", "pmin=5"] });
  await bench.server.association.observe("aa", "/33000/0/4", { accept });
  assert.deepEqual(await watch(bench, 12, flags({ 2: false, 3: true }), 4), ["5:true"]);
});

test("con makes notifications confirmable; without it Default Notification Mode decides", async () => {
  const bench = await registered();
  await bench.server.association.observe("aa", VALUE, { accept });
  assert.deepEqual(await watch(bench, 3, numbers({ 1: 1 })), ["1:1"]);
  bench.device.server.replace({ ...bench.device.server.settings, defaultNotificationMode: 1 });
  assert.deepEqual(await watch(bench, 3, numbers({ 1: 2 })), ["1:2!"]);
  await bench.server.association.ask("PUT", "/33000/0", { query: ["con=0"] });
  assert.deepEqual(await watch(bench, 3, numbers({ 1: 3 })), ["1:3"]);
  await bench.server.association.ask("PUT", VALUE, { query: ["con=1"] });
  assert.deepEqual(await watch(bench, 3, numbers({ 1: 4 })), ["1:4!"]);
});

test("epmin is the least time between looks: what changes in between is not seen", async () => {
  const bench = await registered();
  await bench.server.association.ask("PUT", VALUE, { query: ["epmin=10", "gt=50"] });
  await bench.server.association.observe("aa", VALUE, { accept });
  assert.deepEqual(await watch(bench, 30, numbers({ 1: 60, 5: 10, 12: 70, 25: 0 })), ["20:70"]);
});

test("epmax is the most: values that nobody announces are seen", async () => {
  const bench = await registered();
  await bench.server.association.ask("PUT", VALUE, { query: ["epmax=10"] });
  await bench.server.association.observe("aa", VALUE, { accept });
  bench.device.testObject.values.set("0/1", integerValue(33));
  assert.deepEqual(await watch(bench, 25, {}), ["10:33"]);
});

test("a value that changes by itself is looked at by epmax, epmin, pmin, or once a minute", async () => {
  const cases: [string[], number][] = [
    [[], 60],
    [["pmin=20"], 20],
    [["epmin=15", "pmin=5"], 15],
    [["epmax=7", "epmin=3"], 7],
  ];
  for (const [query, period] of cases) {
    const bench = await registered();
    let reads = 0;
    const object = bench.device.model.object(3);
    assert.ok(object);
    const read = object.read.bind(object);
    object.read = (instance, resource) => {
      reads++;
      return read(instance, resource);
    };
    if (query.length > 0) await bench.server.association.ask("PUT", "/3/0/10", { query });
    await bench.server.association.observe("aa", "/3/0/10", { accept });
    reads = 0;
    await bench.advance(period - 1);
    assert.equal(reads, 0, query.join("&"));
    await bench.advance(1);
    assert.equal(reads, 1, query.join("&"));
    await bench.advance(3 * period);
    assert.equal(reads, 4, query.join("&"));
    assert.deepEqual(bench.server.association.notifications, []);
  }
});

test("attributes in the Observe request replace all attached ones, for that observation", async () => {
  const bench = await registered();
  await bench.server.association.ask("PUT", "/33000", { query: ["pmin=20", "pmax=40"] });
  await bench.server.association.ask("PUT", VALUE, { query: ["gt=50"] });
  await bench.server.association.observe("aa", VALUE, { accept, query: ["pmax=10"] });
  assert.deepEqual(await watch(bench, 15, numbers({ 2: 7 })), ["2:7", "12:7"]);
  await bench.server.association.observe("aa", VALUE, { accept });
  assert.deepEqual(await watch(bench, 30, numbers({ 2: 60 })), ["20:60"]);
  const shown = await bench.server.association.ask("GET", VALUE, { accept: ContentFormat.linkFormat });
  assert.equal(new TextDecoder().decode(shown.payload), "</33000/0/1>;pmin=20;pmax=40;gt=50");
});

test("the server's defaults hold also beside attributes in the request", async () => {
  const bench = await registered();
  bench.device.server.replace({ ...bench.device.server.settings, defaultMaximumPeriod: 8 });
  await bench.server.association.observe("aa", VALUE, { accept, query: ["gt=50"] });
  assert.deepEqual(await watch(bench, 18, {}), ["8:-5", "16:-5"]);
});

test("attributes in the request that mean nothing, or contradict each other, refuse the observation", async () => {
  const bench = await registered();
  const observe = async (path: string, ...query: string[]) =>
    codeText((await bench.server.association.observe("aa", path, { accept, query })).code);
  for (const query of [
    ["foo=1"],
    ["pmin"],
    ["pmin=x"],
    ["gt=5", "lt=5"],
    ["epmin=5", "epmax=5"],
    ["edge=1"],
    ["st=0"],
  ]) {
    assert.equal(await observe(VALUE, ...query), "4.00", query.join("&"));
  }
  assert.equal(await observe("/33000/0", "gt=5"), "4.00");
  assert.equal(await observe("/33000/0/4", "edge=1", "con=1", "hqmax=5"), "2.05");
  assert.equal(bench.server.association.observations.size, 1);
  const older = await registered({});
  const answer = await older.server.association.observe("aa", VALUE, { accept, query: ["foo=1"] });
  assert.equal(codeText(answer.code), "2.05", "1.1 knows nothing of them");
});

test("Observe-Composite tells all paths whenever one of them asks for it", async () => {
  const bench = await registered();
  const { association } = bench.server;
  await association.ask("PUT", VALUE, { query: ["gt=10"] });
  const first = await association.observeComposite("aa", [VALUE, "/33000/0/3", "/3/0/0", "/9"]);
  const all = (value: number, float: number) =>
    `[{"bn":"/","n":"3/0/0","vs":"Acme"},{"n":"33000/0/1","v":${value}},{"n":"33000/0/3","v":${float}}]`;
  assert.equal(new TextDecoder().decode(first.payload), all(-5, 1.5));
  assert.deepEqual(bench.account.status.observations, ["/33000/0/1 /33000/0/3 /3/0/0 /9"]);
  const { testObject } = bench.device;
  testObject.set(0, 1, integerValue(5));
  await bench.advance(1);
  assert.equal(association.notifications.length, 0, "below its limit");
  testObject.set(0, 3, { type: "float", value: 2.5 });
  await bench.advance(1);
  testObject.set(0, 1, integerValue(20));
  await bench.advance(1);
  const told = association.notifications.map(({ response }) => new TextDecoder().decode(response.payload));
  assert.deepEqual(told, [all(5, 2.5), all(20, 2.5)]);
});

test("Observe-Composite takes the smallest pmax, and each path its own pmin", async () => {
  const bench = await registered();
  const { association } = bench.server;
  await association.ask("PUT", VALUE, { query: ["pmin=10", "pmax=30"] });
  await association.ask("PUT", "/3/0/0", { query: ["pmax=20"] });
  await association.observeComposite("aa", [VALUE, "/33000/0/2", "/3/0/0"]);
  assert.deepEqual(
    (await watch(bench, 41, numbers({ 3: 7 }))).map((line) => line.split(":")[0]),
    ["10", "30"],
  );
  await association.observeComposite("aa", [VALUE, "/3/0/0"], { query: ["pmax=5", "con=1"] });
  assert.deepEqual(
    (await watch(bench, 12, {})).map((line) => line.replace(/:.*!/, "!")),
    ["5!", "10!"],
  );
});

test("Observe-Composite may carry periods and con alone", async () => {
  const bench = await registered();
  const observe = async (...query: string[]) =>
    codeText((await bench.server.association.observeComposite("aa", [VALUE], { query })).code);
  for (const query of ["gt=5", "lt=5", "st=5", "edge=1", "hqmax=5", "foo=1"])
    assert.equal(await observe(query), "4.00");
  assert.equal(await observe("pmin=1", "pmax=60", "epmin=1", "epmax=60", "con=1"), "2.05");
});

test("Observe-Composite lives with instances that come and go, and ends when the right to all of them goes", async () => {
  let allowed = true;
  const bench = await registered({ version: "1.2", access: { allows: () => allowed } });
  const { association } = bench.server;
  await association.observeComposite("aa", ["/33000/0/1", "/33000/1/1"]);
  bench.device.testObject.addInstance(1);
  await bench.advance(1);
  bench.device.testObject.removeInstance(1);
  await bench.advance(1);
  const told = association.notifications.splice(0).map(({ response }) => new TextDecoder().decode(response.payload));
  assert.deepEqual(told, [
    '[{"bn":"/","n":"33000/0/1","v":-5},{"n":"33000/1/1","v":-5}]',
    '[{"bn":"/","n":"33000/0/1","v":-5}]',
  ]);
  allowed = false;
  bench.device.testObject.set(0, 1, integerValue(1));
  await bench.advance(1);
  assert.deepEqual(
    association.notifications.map(({ response }) => codeText(response.code)),
    ["4.01"],
  );
  assert.deepEqual(bench.account.status.observations, []);
});
