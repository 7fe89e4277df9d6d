import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { daysSince1970, formatUtc } from "../../src/pki/calendar.ts";

const day = 86_400_000;

test("dates are written as the platform writes them, from year 1 to 9999", () => {
  const range = { min: Date.parse("0001-01-01T00:00:00Z"), max: Date.parse("9999-12-31T23:59:59Z") };
  fc.assert(
    fc.property(fc.integer(range), (time) => {
      const expected = new Date(time)
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, " UTC");
      assert.equal(formatUtc(time), expected);
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test("days are counted as the platform counts them", () => {
  for (let days = -30_000; days < 60_000; days += 17) {
    const date = new Date(days * day);
    assert.equal(daysSince1970(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()), days);
  }
});
