import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError, describeError } from "../../src/util/coded-error.ts";

test("an error is described with its causes", () => {
  const cause = new CodedError("LOWER", "the card was pulled");
  assert.equal(describeError(new CodedError("UPPER", "no signature", { cause })), "no signature: the card was pulled");
});

test("a cause that the message has already is not said again", () => {
  const cause = new CodedError("LOWER", "the card was pulled");
  const message = "192.0.2.1: the card was pulled; 192.0.2.2: no answer";
  assert.equal(describeError(new CodedError("UPPER", message, { cause })), message);
});

test("what is no error is described too", () => {
  assert.equal(describeError("text"), "text");
});
