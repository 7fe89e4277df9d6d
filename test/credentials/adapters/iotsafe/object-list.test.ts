import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CardObject, parseObjects } from "../../../../src/credentials/adapters/iotsafe/object-list.ts";
import { encodeTlv } from "../../../../src/smartcard/ber-tlv.ts";
import { concatBytes, fromHex, toHex } from "../../../../src/util/bytes.ts";
import { DecodeError } from "../../../../src/util/coded-error.ts";
import { recordedData } from "../../../support/card-answers.ts";

const names = (objects: readonly CardObject[]) =>
  objects.map((object) => `${object.class} ${toHex(object.id ?? new Uint8Array(0))} ${object.label ?? ""}`);

const privateEntry = fromHex("74024B318401016001024A01014B0113920104");
const secondPrivate = fromHex("74024B328401026001024A0101");
const publicEntry = fromHex("75024B318501116001014A0101");
const fileEntry = fromHex("73024B318301216001014A010121010220020140");

test("a real card's bare list is read, the malformed length of its tag 92 included", () => {
  const objects = parseObjects(recordedData("realCard", "card-A", "object-list-1"));
  assert.deepEqual(names(objects), ["private-key 0002 11", "public-key 0002 11", "file 0001 01"]);
  assert.deepEqual(objects[0], {
    class: "private-key",
    label: "11",
    id: fromHex("0002"),
    accessConditions: 2,
    state: 1,
    keyType: 0x13,
    keyUsage: 3,
    cryptographicFunctions: 7,
    signatureAlgorithms: 4,
    hashAlgorithms: 7,
    keyAgreement: 1,
  });
  assert.equal(objects[2]?.fileSize, 64);
});

test("a longer list of the same card ends with a secret key", () => {
  const objects = parseObjects(recordedData("realCard", "card-A", "object-list-2"));
  assert.deepEqual(names(objects), [
    "private-key 0002 11",
    "public-key 0002 11",
    "public-key 0003 22",
    "file 0001 01",
    "secret-key 0004 33",
  ]);
  assert.deepEqual([objects[2]?.state, objects[4]?.keyDerivation], [0, 2]);
});

test("the answer about one key is one object", () => {
  const objects = parseObjects(recordedData("realCard", "card-A", "public-key-info"));
  assert.deepEqual(names(objects), ["public-key 0002 11"]);
});

test("a wrapper for each object, as another host expects it", () => {
  const objects = parseObjects(recordedData("hostEmitted", "orange", "orange-05"));
  assert.deepEqual(names(objects), ["private-key 01 K1", "public-key 01 K1", "file 02 CL"]);
});

test("one wrapper for all objects of a class", () => {
  const list = concatBytes([
    encodeTlv(0xc1, concatBytes([privateEntry, secondPrivate])),
    encodeTlv(0xc2, publicEntry),
    encodeTlv(0xc3, fileEntry),
  ]);
  assert.deepEqual(names(parseObjects(list)), [
    "private-key 01 K1",
    "private-key 02 K2",
    "public-key 11 K1",
    "file 21 K1",
  ]);
});

test("the three shapes of one list give the same objects", () => {
  const entries = [privateEntry, secondPrivate, publicEntry, fileEntry];
  const bare = parseObjects(concatBytes(entries));
  const wrapped = entries.map((entry, i) => encodeTlv([0xc1, 0xc1, 0xc2, 0xc3][i] ?? 0, entry));
  assert.deepEqual(parseObjects(concatBytes(wrapped)), bare);
  assert.equal(bare.length, 4);
});

test("objects without labels are told apart by their identifiers", () => {
  const list = fromHex("8401016001028401026001028501016001018301032002010E");
  assert.deepEqual(names(parseObjects(list)), ["private-key 01 ", "private-key 02 ", "public-key 01 ", "file 03 "]);
});

test("an identifier may come before its label", () => {
  assert.deepEqual(names(parseObjects(fromHex("84010174014160010284010274014260010 2".replaceAll(" ", "")))), [
    "private-key 01 A",
    "private-key 02 B",
  ]);
});

test("a labelled object behind one without a label is another object", () => {
  const objects = parseObjects(fromHex("840101600102" + "740141840102"));
  assert.deepEqual(names(objects), ["private-key 01 ", "private-key 02 A"]);
});

test("the answer about a file may hold its size alone behind the identifier", () => {
  const [file] = parseObjects(fromHex("C3078301022002010E"));
  assert.deepEqual(file, { class: "file", id: fromHex("02"), fileSize: 270 });
});

test("an empty list has no objects", () => {
  assert.deepEqual(parseObjects(new Uint8Array(0)), []);
});

test("an attribute that belongs to nothing is malformed", () => {
  assert.throws(() => parseObjects(fromHex("600102840101")), DecodeError);
});

test("truncations inside an object's data are refused", () => {
  const list = concatBytes([encodeTlv(0xc1, privateEntry), encodeTlv(0xc3, fileEntry)]);
  const boundary = privateEntry.length + 2;
  for (let length = 1; length < list.length; length++) {
    const parse = () => parseObjects(list.subarray(0, length));
    if (length === boundary) assert.equal(parse().length, 1);
    else assert.throws(parse, DecodeError, `${length}`);
  }
});

test("random and mutated bytes are read or refused with a DecodeError, nothing else", () => {
  const real = recordedData("realCard", "card-A", "object-list-2");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(real.length - 1), (bytes, at) => {
      const mutated = real.slice();
      mutated.set(bytes.subarray(0, real.length - at), at);
      for (const input of [bytes, mutated]) {
        try {
          parseObjects(input);
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      }
    }),
    { seed: 5, numRuns: 3000 },
  );
});

test("wrappers inside wrappers are refused, so that no card can exhaust the stack", () => {
  let nested = fromHex("840101");
  while (nested.length < 60_000) nested = encodeTlv(0xc1, nested);
  assert.throws(() => parseObjects(nested), DecodeError);
});
