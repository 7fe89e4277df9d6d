import assert from "node:assert/strict";
import { CodedError } from "../../src/util/coded-error.ts";

/** Runs a decoder; a CodedError is an answer, any other error is a bug. Returns undefined when it refused. */
export function typedErrorsOnly<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    assert.ok(error instanceof CodedError, `untyped error: ${error instanceof Error ? error.stack : error}`);
    return undefined;
  }
}
