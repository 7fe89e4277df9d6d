import assert from "node:assert/strict";
import { test } from "node:test";
import { eventLine } from "../../src/agent/agent-event.ts";
import { CodedError } from "../../src/util/coded-error.ts";

test("an event is one line of JSON with errors in words", () => {
  const error = new CodedError("NAME_NOT_RESOLVED", "in words", { cause: new Error("below") });
  const fields = { server: 1, reason: "connecting failed", attempt: 1, milliseconds: 60_000 };
  const line = eventLine({ type: "retrying", error, ...fields });
  assert.equal(line.indexOf("\n"), line.length - 1);
  assert.deepEqual(JSON.parse(line), {
    event: "retrying",
    server: 1,
    reason: "connecting failed",
    error: { code: "NAME_NOT_RESOLVED", message: "in words: below" },
    attempt: 1,
    milliseconds: 60_000,
  });
});
