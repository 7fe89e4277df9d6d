import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { factsDigest, factsFile } from "../../support/object-facts.ts";
import { objectFiles } from "../objects-folder.ts";

// Of the OMA registry at commit b62ffc2c (test/support/make-objects.ts). The interop test compares with the files themselves.
const digests: Record<string, string> = JSON.parse(readFileSync(factsFile, "utf8"));
const ipso = [
  3200, 3201, 3202, 3203, 3300, 3302, 3303, 3304, 3305, 3306, 3308, 3310, 3311, 3312, 3313, 3314, 3315, 3330, 3338,
];

test("every fact of objects/ is the registry's", () => {
  const files = objectFiles();
  for (const [name, text] of files) assert.equal(factsDigest(text, name), digests[name], name);
  const ids = new Set(files.map(([name]) => Number(name.split("-")[0])));
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 9, 16, 19, ...ipso].filter((id) => !ids.has(id)),
    [],
  );
});

test("a fact that differs is seen, a description is not a fact", () => {
  const [name, text] = objectFiles().find(([file]) => file === "3303-1_1.xml") ?? ["", ""];
  assert.equal(factsDigest(text.replace("The value now.", "Now."), name), digests[name]);
  assert.notEqual(factsDigest(text.replace("Mandatory</Mandatory>", "Optional</Mandatory>"), name), digests[name]);
  assert.notEqual(factsDigest(text.replace("<Type>Float", "<Type>Integer"), name), digests[name]);
});
