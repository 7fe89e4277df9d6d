import assert from "node:assert/strict";
import { test } from "node:test";
import { horizontalVelocity, positionReport } from "../../../src/platform/location/position-report.ts";

const now = () => 1_700_000_000_000;

test("a report of gpsd becomes a position in the object's units", () => {
  const report = {
    class: "TPV",
    mode: 3,
    time: "2026-01-02T03:04:05.600Z",
    lat: 48.1,
    lon: -11.5,
    alt: 600,
    altMSL: 555.5,
    epx: 3,
    epy: 4.5,
    track: 258.4,
    speed: 10,
  };
  assert.deepEqual(positionReport(JSON.stringify(report), now), {
    latitude: 48.1,
    longitude: -11.5,
    timestamp: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
    altitude: 555.5,
    radius: 4.5,
    speed: 10,
    velocity: Uint8Array.of(0x01, 0x02, 0x00, 0x24),
  });
  assert.deepEqual(positionReport('{"lat":1,"lon":2}', now), { latitude: 1, longitude: 2, timestamp: 1_700_000_000 });
});

test("what is no position is none", () => {
  const lines = [
    "",
    "[]",
    "null",
    "{",
    '{"class":"VERSION","lat":1,"lon":2}',
    '{"class":"TPV","mode":1,"lat":1,"lon":2}',
    '{"class":"TPV","mode":3,"lat":1}',
    '{"class":"TPV","mode":3,"lat":91,"lon":2}',
    '{"class":"TPV","mode":3,"lat":"1","lon":"2"}',
  ];
  for (const line of lines) assert.equal(positionReport(line, now), undefined, line);
});

test("a velocity stays within its bits", () => {
  assert.deepEqual(horizontalVelocity(359.6, 0), Uint8Array.of(0, 0, 0, 0));
  assert.deepEqual(horizontalVelocity(359, 1e9), Uint8Array.of(1, 103, 0xff, 0xff));
});
