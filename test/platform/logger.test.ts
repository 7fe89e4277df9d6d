import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger, humanLine, type LogLevel } from "../../src/platform/logger.ts";

function logged(level: LogLevel, isTTY: boolean): string[] {
  const lines: string[] = [];
  const logger = createLogger(level, { write: (text) => lines.push(text), isTTY });
  logger.debug("quiet");
  logger.warn("card away", { reader: "A", tries: 2 });
  return lines;
}

test("machines get one JSON object a line, from the level on", () => {
  const [line = "", ...others] = logged("info", false);
  assert.deepEqual(others, []);
  const { time, ...rest } = JSON.parse(line);
  assert.match(time, /^\d{4}-/);
  assert.deepEqual(rest, { level: "warn", msg: "card away", reader: "A", tries: 2 });
});

test("a terminal gets a line to read", () => {
  assert.match(logged("info", true).join(""), /^\d\d:\d\d:\d\d\.\d{3} warn {2}card away {2}reader=A {2}tries=2\n$/);
});

test("silent is silent", () => {
  assert.deepEqual(logged("silent", false), []);
});

test("a line without fields has none", () => {
  const json = JSON.stringify({ level: "info", time: "2026-01-02T03:04:05.678Z", msg: "up" });
  assert.equal(humanLine(json), "03:04:05.678 info  up\n");
});
