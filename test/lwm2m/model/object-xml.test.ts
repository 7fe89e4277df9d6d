import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { integerValue, opaqueValue, stringValue } from "../../../src/formats/values.ts";
import { isImpliedVersion } from "../../../src/lwm2m/model/core-object-versions.ts";
import { ObjectRegistry } from "../../../src/lwm2m/model/object-registry.ts";
import { ObjectXmlError, parseObjectXml } from "../../../src/lwm2m/model/object-xml.ts";
import { isInRange, parseValueRange } from "../../../src/lwm2m/model/value-range.ts";
import { typedErrorsOnly } from "../../formats/only-typed-errors.ts";
import { objectFiles, registry } from "../objects-folder.ts";

test("every file of /objects holds the object and version that its name says, with a description for each resource", () => {
  const files = objectFiles();
  assert.ok(files.length >= 29);
  for (const [name, text] of files) {
    const [definition, ...more] = parseObjectXml(text, name);
    assert.ok(definition && more.length === 0);
    assert.equal(name, `${definition.id}-${definition.version.replace(".", "_")}.xml`);
    for (const resource of definition.resources.values())
      assert.ok(resource.description.length > 10, `${name} ${resource.id}`);
  }
});

test("the Device object reads as the registry has it", () => {
  const device = registry.get(3, "1.1");
  assert.equal(device.urn, "urn:oma:lwm2m:oma:3:1.1");
  assert.ok(!device.multiple && device.mandatory && device.resources.size === 23);
  const battery = device.resources.get(9);
  assert.deepEqual(battery && { ...battery, description: "" }, {
    id: 9,
    name: "Battery Level",
    operations: "R",
    multiple: false,
    mandatory: false,
    type: "integer",
    range: { kind: "between", min: 0, max: 100 },
    units: "%",
    description: "",
  });
  assert.equal(device.resources.get(4)?.operations, "E");
  assert.equal(registry.get(0).resources.get(5)?.operations, "none");
});

test("the registry gives the newest version unless one is named", () => {
  assert.equal(registry.get(1).version, "1.2");
  assert.equal(registry.get(1, "1.0").version, "1.0");
  assert.equal(registry.find(1, "9.9"), undefined);
  assert.throws(() => registry.get(9999), RangeError);
  assert.equal(new ObjectRegistry([registry.get(4, "1.2"), registry.get(4, "1.3")]).all().length, 2);
});

test("versions that a release implies need not be said", () => {
  assert.ok(
    isImpliedVersion("1.1", 1, "1.1") && isImpliedVersion("1.1", 3303, "1.0") && isImpliedVersion("1.0", 3, "1.0"),
  );
  assert.ok(
    !isImpliedVersion("1.1", 3, "1.2") && !isImpliedVersion("1.1", 3303, "1.1") && !isImpliedVersion("1.0", 1, "1.1"),
  );
});

test("ranges are numbers for numbers and byte lengths for the rest, and words are no range", () => {
  const range = (text: string) => parseValueRange(text);
  assert.deepEqual(range("-140..-44"), { kind: "between", min: -140, max: -44 });
  assert.deepEqual(range("0-7"), { kind: "between", min: 0, max: 7 });
  assert.deepEqual(range("16-32-48 bytes"), { kind: "oneOf", values: [16, 32, 48] });
  for (const words of ["", "255", "8 bit", "32 bytes", "The possible values are listed"])
    assert.equal(range(words), undefined);
  const bytes = { kind: "between", min: 0, max: 3 } as const;
  assert.ok(isInRange(stringValue("abc"), bytes) && !isInRange(stringValue("üü"), bytes));
  assert.ok(isInRange(integerValue(3), bytes) && !isInRange(integerValue(4), bytes));
  assert.ok(isInRange(opaqueValue(new Uint8Array(16)), { kind: "oneOf", values: [16, 32] }));
});

const [, deviceText] = objectFiles().find(([name]) => name === "3-1_1.xml") ?? assert.fail("no 3-1_1.xml");

test("a file that breaks the format is refused with its name and the place", () => {
  const broken: [RegExp | string, string][] = [
    ["<ObjectID>3<", "<ObjectID>65535<"],
    ["<ObjectVersion>1.1<", "<ObjectVersion>one<"],
    ["<Mandatory>Mandatory<", "<Mandatory>Perhaps<"],
    ["<Type>String<", "<Type>Text<"],
    ["<Type>String<", "<Type><"],
    ["<Operations>R<", "<Operations>X<"],
    ['ID="1"', 'ID="0"'],
    ['ID="1"', 'ID="x"'],
    ["<Name>Device<", "<Name><"],
    ["</Resources>", ""],
    ["<LWM2M", "<!DOCTYPE x [<!ENTITY a 'b'>]><LWM2M"],
    [/<Object [\s\S]*<\/Object>/, ""],
    [/<LWM2M[\s\S]*<\/LWM2M>/, ""],
  ];
  for (const [from, to] of broken) {
    const text = deviceText.replace(from, to);
    assert.notEqual(text, deviceText);
    assert.throws(
      () => parseObjectXml(text, "x.xml"),
      (error) => error instanceof ObjectXmlError && error.message.includes("x.xml"),
      to,
    );
  }
  assert.throws(() => parseObjectXml(" ".repeat(1_000_001), "big.xml"), ObjectXmlError);
});

test("damage anywhere gives a definition or a typed error", () => {
  fc.assert(
    fc.property(fc.nat(deviceText.length), fc.string({ maxLength: 4 }), (at, insert) => {
      typedErrorsOnly(() =>
        parseObjectXml(deviceText.slice(0, at) + insert + deviceText.slice(at + insert.length), "x.xml"),
      );
    }),
    { seed: 10, numRuns: 150 },
  );
});
