import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { directoryEntry } from "../../src/sandbox/bootstrap-card.ts";
import { parseDataObjectDirectory, parseObjectDirectory } from "../../src/smartcard/uicc-pkcs15.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";

const bytes = (hex: string) => fromHex(hex.replaceAll(" ", ""));
const wanted = fromHex("672b0901");
const name = "0C 0F 4C774D324D20426F6F747374726170";

const shapes = {
  identified: `A1 25 30 00 30 11 ${name} A1 0E 30 0C 06 04 672B0901 30 04 04 02 6432`,
  "wrapped-twice": `A1 27 30 00 30 11 ${name} A1 10 30 0E 06 06 0604672B0901 30 04 04 02 6432`,
  opaque: `30 23 30 00 30 17 ${name} 06 04 672B0901 A1 06 30 04 04 02 6432`,
} as const;

function identifiers(paths: readonly { readonly identifiers: Uint8Array }[]): string[] {
  return paths.map((path) => toHex(path.identifiers));
}

for (const [shape, hex] of Object.entries(shapes)) {
  test(`EF(DODF): the ${shape} shape is found, and our writer makes it byte for byte`, () => {
    assert.deepEqual(identifiers(parseDataObjectDirectory(bytes(hex), wanted)), ["6432"]);
    assert.equal(toHex(directoryEntry(shape as keyof typeof shapes, 0x6432)), hex.replaceAll(" ", "").toLowerCase());
  });
}

test("EF(DODF): several entries are taken in order, others passed over, padding is the end", () => {
  // An access rule object of GlobalPlatform comes first.
  const rules =
    "A1 29 30 00 30 0F 0C 0D 47502053452041636320437431 A1 14 30 12 06 0A 2A864886FC6B81480101 30 04 04 02 4200";
  const all = bytes(`${rules} ${shapes.opaque} ${shapes.identified} FFFF FFFF`);
  assert.deepEqual(identifiers(parseDataObjectDirectory(all, wanted)), ["6432", "6432"]);
  assert.deepEqual(parseDataObjectDirectory(bytes(rules), wanted), []);
  assert.deepEqual(parseDataObjectDirectory(bytes("FF".repeat(128)), wanted), []);
  assert.deepEqual(parseDataObjectDirectory(bytes("00".repeat(128)), wanted), []);
});

test("EF(ODF): directories of data objects in order; other directories are passed over", () => {
  const odf = bytes("A7 06 30 04 04 02 44 07  A5 06 30 04 04 02 44 04  A7 08 30 06 04 04 3F00 6430 FF FF FF");
  assert.deepEqual(identifiers(parseObjectDirectory(odf)), ["4407", "3f006430"]);
});

test("a path may name a part of the file", () => {
  const [path] = parseObjectDirectory(bytes("A7 0D 30 0B 04 02 6430 02 01 10 80 02 0100"));
  assert.equal(path?.index, 16);
  assert.equal(path?.length, 256);
});

test("a path of no or half an identifier is malformed", () => {
  for (const hex of ["A7 04 30 02 04 00", "A7 05 30 03 04 01 64", "A7 07 30 05 04 03 643001"]) {
    assert.throws(() => parseObjectDirectory(bytes(hex)), DecodeError);
  }
});

test("directories cut short at any length are malformed or hold less; any bytes are an answer or a DecodeError", () => {
  const whole = bytes(shapes["wrapped-twice"]);
  for (let length = 1; length < whole.length; length++) {
    assert.throws(() => parseDataObjectDirectory(whole.subarray(0, length), wanted), DecodeError);
  }
  const mutated = fc
    .tuple(fc.constantFrom(...Object.values(shapes)), fc.nat(), fc.nat(255))
    .map(([hex, at, byte]) => bytes(hex).with(at % bytes(hex).length, byte));
  const property = fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated), (input) => {
    for (const parse of [parseObjectDirectory, (all: Uint8Array) => parseDataObjectDirectory(all, wanted)]) {
      try {
        for (const path of parse(input)) assert.equal(path.identifiers.length % 2, 0);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }
  });
  fc.assert(property, { seed: 1, numRuns: 500 });
});
