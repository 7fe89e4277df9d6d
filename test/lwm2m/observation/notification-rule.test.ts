import assert from "node:assert/strict";
import { test } from "node:test";
import { floatValue, integerValue, stringValue } from "../../../src/formats/values.ts";
import {
  asksForNotification,
  effectivePeriods,
  type Sample,
} from "../../../src/lwm2m/observation/notification-rule.ts";

const at = (value: number): Sample => [{ path: [3303, 0, 5700], value: floatValue(value) }];

test("without limits any difference from what was notified asks for a notification", () => {
  const same = { previous: at(2), notified: at(1), current: at(1) };
  assert.ok(!asksForNotification({}, same));
  assert.ok(asksForNotification({}, { ...same, current: at(2) }));
  assert.ok(asksForNotification({}, { ...same, current: [] }));
  assert.ok(asksForNotification({}, { ...same, current: [...at(1), { path: [3303, 1, 5700], value: floatValue(1) }] }));
  const text = (value: string): Sample => [{ path: [3, 0, 14], value: stringValue(value) }];
  assert.ok(asksForNotification({ pmin: 1 }, { previous: text("a"), notified: text("a"), current: text("b") }));
});

// previous, notified, current, attributes, expected
const table: [number, number, number, Parameters<typeof asksForNotification>[0], boolean][] = [
  [40, 40, 46, { gt: 45 }, true],
  [45, 45, 46, { gt: 45 }, true],
  [46, 46, 47, { gt: 45 }, false],
  [48, 48, 42, { gt: 45 }, false],
  [42, 48, 46, { gt: 45 }, true],
  [40, 40, 45, { gt: 45 }, false],
  [20, 20, 10, { lt: 15 }, true],
  [15, 15, 14, { lt: 15 }, true],
  [14, 14, 13, { lt: 15 }, false],
  [10, 10, 20, { lt: 15 }, false],
  [20, 20, 15, { lt: 15 }, false],
  [10, 10, 12, { st: 2 }, true],
  [10, 10, 11.9, { st: 2 }, false],
  [11.9, 10, 12, { st: 2 }, true],
  [10, 10, 8, { st: 2 }, true],
  [10, 10, 11, { st: 2, gt: 10.5 }, true],
  [10, 10, 11, { st: 2, gt: 20 }, false],
  [30, 30, 5, { gt: 20, lt: 10 }, true],
  [5, 5, 30, { gt: 20, lt: 10 }, true],
  [5, 5, 15, { gt: 20, lt: 10 }, false],
];

test("gt fires upward, lt downward, st by distance from what was notified", () => {
  for (const [previous, notified, current, attributes, expected] of table) {
    const samples = { previous: at(previous), notified: at(notified), current: at(current) };
    assert.equal(
      asksForNotification(attributes, samples),
      expected,
      JSON.stringify([previous, notified, current, attributes]),
    );
  }
});

test("of a multiple resource any instance may fire, and a new one is reported", () => {
  const pair = (a: number, b: number): Sample => [
    { path: [3, 0, 7, 0], value: integerValue(a) },
    { path: [3, 0, 7, 1], value: integerValue(b) },
  ];
  assert.ok(asksForNotification({ gt: 10 }, { previous: pair(1, 1), notified: pair(1, 1), current: pair(1, 11) }));
  assert.ok(!asksForNotification({ gt: 10 }, { previous: pair(1, 1), notified: pair(1, 1), current: pair(2, 2) }));
  assert.ok(
    asksForNotification(
      { gt: 10 },
      { previous: pair(1, 1).slice(1), notified: pair(1, 1).slice(1), current: pair(1, 1) },
    ),
  );
});

test("pmax of 0 or below pmin has no effect", () => {
  assert.deepEqual(effectivePeriods({}), { minimum: 0 });
  assert.deepEqual(effectivePeriods({ pmin: 5, pmax: 5 }), { minimum: 5, maximum: 5 });
  assert.deepEqual(effectivePeriods({ pmin: 5, pmax: 4 }), { minimum: 5 });
  assert.deepEqual(effectivePeriods({ pmax: 0 }), { minimum: 0 });
});
