import assert from "node:assert/strict";
import { test } from "node:test";
import { unsignedValue } from "../../../src/formats/values.ts";
import { decodeObjectContent, encodeObjectContent } from "../../../src/lwm2m/bootstrap/object-content-codec.ts";
import { CodedError } from "../../../src/util/coded-error.ts";
import { BootstrapBench, security } from "./bootstrap-bench.ts";

test("an object's content comes back from storage as it was; cut short it is a typed error or less", () => {
  const bench = new BootstrapBench();
  const suites = new Map([
    [0, unsignedValue(0xc0a8)],
    [3, unsignedValue(0xc0ae)],
  ]);
  const account = new Map([...security("coaps://dm.example"), [16, suites] as const, [18, new Map()] as const]);
  const content = new Map([...bench.security.content(), [7, account] as const]);
  const bytes = encodeObjectContent(0, content);
  assert.deepEqual(decodeObjectContent(bench.security, bytes), content);
  for (let length = 0; length < bytes.length; length++) {
    try {
      assert.ok(decodeObjectContent(bench.security, bytes.subarray(0, length)).size < content.size);
    } catch (error) {
      assert.ok(error instanceof CodedError, String(error));
    }
  }
});
