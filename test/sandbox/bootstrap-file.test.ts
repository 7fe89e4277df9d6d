import assert from "node:assert/strict";
import { test } from "node:test";
import { writeBootstrapFile } from "../../src/sandbox/bootstrap-file.ts";
import { encodeUtf8, toHex } from "../../src/util/bytes.ts";
import { sample1, sample1Accounts, sample2, sample2Accounts } from "../support/bootstrap-files.ts";

test("the writer makes the published sample 1 byte for byte, and sample 2 but for its padding", () => {
  assert.equal(toHex(writeBootstrapFile(sample1Accounts)), toHex(sample1));
  assert.equal(toHex(writeBootstrapFile(sample2Accounts)), toHex(sample2.subarray(0, -2)));
});

test("versions take one byte or two, numbers the fewest bytes, lists become multiple resources, long ids two bytes", () => {
  const file = writeBootstrapFile([
    {
      id: 300,
      version: "2.5",
      instances: { 256: { 0: -1, 1: 300, 2: 70_000, 3: false, 4: encodeUtf8("ab"), 5: [1, 2] } },
    },
  ]);
  const body = "c100ff c201012c c40200011170 c10300 c2046162 8605 410001 410102".replaceAll(" ", "");
  assert.equal(toHex(file), `00010026012c02050020280100${(body.length / 2).toString(16)}${body}`);
});
