import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentEvent, eventLine } from "../../src/agent/agent-event.ts";
import { EventLog } from "../../src/agent/event-log.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { silentLogger } from "../../src/util/log.ts";

const retrying = (code: string): AgentEvent => ({
  type: "retrying",
  reason: "connecting failed",
  error: new CodedError(code, "in words", { cause: new Error("below") }),
  attempt: 1,
  milliseconds: 60_000,
});
const registered: AgentEvent = {
  type: "registered",
  reason: "start",
  location: ["rd", "1"],
  version: "1.1",
  milliseconds: 12.3,
};

function noted(...events: AgentEvent[]): string[] {
  const lines: string[] = [];
  const log = new EventLog({
    ...silentLogger,
    info: (message) => lines.push(message),
    warn: (_, fields) => lines.push(String(fields?.reason)),
  });
  for (const event of events) log.note(event);
  return lines;
}

test("a trouble that stays is said once", () => {
  assert.deepEqual(noted(retrying("A"), retrying("A"), retrying("A")), ["in words: below"]);
});

test("another trouble, and the same one after a registration, are said again", () => {
  assert.equal(noted(retrying("A"), retrying("B")).length, 2);
  assert.deepEqual(noted(retrying("A"), registered, retrying("A")), [
    "in words: below",
    "registered",
    "in words: below",
  ]);
});

test("an event is one line of JSON with errors in words", () => {
  const line = eventLine(retrying("NAME_NOT_RESOLVED"));
  assert.ok(line.endsWith("}\n") && line.indexOf("\n") === line.length - 1);
  const { event, error } = JSON.parse(line);
  assert.deepEqual([event, error], ["retrying", { code: "NAME_NOT_RESOLVED", message: "in words: below" }]);
});
