import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const page = readFileSync(new URL("../docs/attacks.md", import.meta.url), "utf8");

/** `FILE` "NAME", "NAME": pairs of a file below test/ and part of a test's name in it. */
function references(text: string): readonly { readonly file: string; readonly name: string }[] {
  const joined = text.replace(/\s+/g, " ");
  return [...joined.matchAll(/`([\w/-]+\.test\.ts)`((?:,? "[^"]+")+)/g)].flatMap(([, file = "", names = ""]) =>
    [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => ({ file, name })),
  );
}

test("every test that the page of attacks names is there", () => {
  const missing = references(page).filter(({ file, name }) => {
    const source = readFileSync(new URL(file, import.meta.url), "utf8");
    return !source
      .split("\n")
      .some((line) => /\b(test|it|describe|never|rejected)\(/.test(line) && line.includes(name));
  });
  assert.deepEqual(missing, []);
  assert.ok(references(page).length > 80);
});

test("each line of its tables names a test", () => {
  const lines = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| attack"));
  assert.deepEqual(
    lines.filter((line) => references(line).length === 0),
    [],
  );
});
