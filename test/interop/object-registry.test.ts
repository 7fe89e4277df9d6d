import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseObjectXml } from "../../src/lwm2m/model/object-xml.ts";
import { objectFiles } from "../lwm2m/objects-folder.ts";
import { objectFacts, oneSpace } from "../support/object-facts.ts";

// The OMA registry's files (github.com/OpenMobileAlliance/lwm2m-registry), named like ours: "3-1_1.xml". setup.sh takes those
// of the core objects from Leshan; OBJECTS_REFERENCE names a folder with more.
const reference = process.env.OBJECTS_REFERENCE ?? fileURLToPath(new URL(".work/objects", import.meta.url));
/** Leshan's copy is from before the registry gave /4/x/2 its unit. */
const olderInLeshan = process.env.OBJECTS_REFERENCE ? [] : ["4-1_3.xml"];
const coreObjects = ["0", "1", "2", "3", "4", "5", "6", "7"];

test("objects/ agrees with the registry's files in all but the descriptions", (t) => {
  const theirs = new Map(objectFiles(reference));
  const compared = objectFiles().filter(([name]) => theirs.has(name) && !olderInLeshan.includes(name));
  for (const [name, text] of compared) {
    const foreign = theirs.get(name) ?? "";
    assert.deepEqual(objectFacts(text, name), objectFacts(foreign, name), name);
    for (const sentence of descriptions(text, name)) {
      assert.ok(
        !descriptions(foreign, name).includes(sentence),
        `${name}: a description is the registry's: ${sentence}`,
      );
    }
  }
  const names = compared.map(([name]) => name);
  t.diagnostic(`compared: ${names.join(" ")}`);
  assert.deepEqual(
    [...new Set(names.map((name) => name.split("-")[0]))].filter((id) => coreObjects.includes(id ?? "")).sort(),
    coreObjects,
  );
});

function descriptions(text: string, name: string): string[] {
  return parseObjectXml(text, name).flatMap(({ resources }) =>
    [...resources.values()].map(({ description }) => oneSpace(description)),
  );
}
