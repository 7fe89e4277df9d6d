import assert from "node:assert/strict";
import { test } from "node:test";
import { parseObjectXml } from "../../src/lwm2m/model/object-xml.ts";
import { objectFiles } from "../lwm2m/objects-folder.ts";

// The OMA registry's files (github.com/OpenMobileAlliance/lwm2m-registry), named like ours: "3-1_1.xml".
const reference = process.env.OBJECTS_REFERENCE;

test("objects/ agrees with the registry's files in all but the descriptions", () => {
  assert.ok(reference, "set OBJECTS_REFERENCE to a folder with the registry's XML files");
  const theirs = new Map(objectFiles(reference));
  for (const [name, text] of objectFiles()) {
    const foreign: string = theirs.get(name) ?? assert.fail(`${name} is not in ${reference}`);
    assert.deepEqual(facts(text, name), facts(foreign, name), name);
    for (const sentence of descriptions(text, name)) {
      assert.ok(
        !descriptions(foreign, name).includes(sentence),
        `${name}: a description is the registry's: ${sentence}`,
      );
    }
  }
});

function facts(text: string, name: string): unknown {
  return parseObjectXml(text, name).map(({ description: _, name: label, ...object }) => ({
    ...object,
    name: oneSpace(label),
    resources: [...object.resources.values()].map(({ description: _, name: label, ...resource }) => ({
      ...resource,
      name: oneSpace(label),
    })),
  }));
}

function descriptions(text: string, name: string): string[] {
  return parseObjectXml(text, name).flatMap(({ resources }) =>
    [...resources.values()].map(({ description }) => oneSpace(description)),
  );
}

function oneSpace(text: string): string {
  return text.replace(/\s+/g, " ");
}
