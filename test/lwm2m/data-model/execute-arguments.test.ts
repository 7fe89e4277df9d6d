import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExecuteArguments } from "../../../src/lwm2m/data-model/execute-arguments.ts";
import { OperationError } from "../../../src/lwm2m/data-model/operation-error.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";

const parse = (text: string) => [...parseExecuteArguments(encodeUtf8(text))];

test("arguments are digits with optional quoted values, separated by commas", () => {
  assert.deepEqual(parse(""), []);
  assert.deepEqual(parse("5"), [[5, ""]]);
  assert.deepEqual(parse("2='10.3'"), [[2, "10.3"]]);
  assert.deepEqual(parse("7,0='https://example.org/a,b'"), [
    [7, ""],
    [0, "https://example.org/a,b"],
  ]);
});

test("anything else is 4.00", () => {
  for (const bad of ["a", "10", "1,", ",1", "1,,2", "1=a", "1='a", "1=''x", "1 ,2", "1='a',1", "1='a'b'"]) {
    assert.throws(() => parse(bad), OperationError, bad);
  }
  assert.throws(() => parseExecuteArguments(Uint8Array.of(0x31, 0x3d, 0x27, 0xc3, 0x27)), OperationError);
});
