import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseCardFile } from "../../../src/lwm2m/bootstrap/card-file.ts";
import { readCardRecords } from "../../../src/lwm2m/bootstrap/card-records.ts";
import { writeBootstrapFile } from "../../../src/sandbox/bootstrap-file.ts";
import { concatBytes, fromHex, toHex } from "../../../src/util/bytes.ts";
import { CodedError, DecodeError } from "../../../src/util/coded-error.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { sample1, sample2 } from "../../support/bootstrap-files.ts";
import { BootstrapBench } from "./bootstrap-bench.ts";

const bytes = (hex: string) => fromHex(hex.replaceAll(" ", ""));
const { objects } = new BootstrapBench();

function valuesOf(file: Uint8Array): Record<string, unknown> {
  const records = readCardRecords(file, objects, silentLogger);
  return Object.fromEntries(
    records.map(({ path, value }) => [
      `/${path.join("/")}`,
      value?.value instanceof Uint8Array ? new TextDecoder().decode(value.value) : value?.value,
    ]),
  );
}

test("sample 1 is a server account with a pre-shared key", () => {
  assert.equal(sample1.length, 126);
  assert.deepEqual(valuesOf(sample1), {
    "/0/1/0": "coaps://eu.iot.avsystem.cloud:5684",
    "/0/1/1": false,
    "/0/1/2": 0n,
    "/0/1/3": "example-psk-identity",
    "/0/1/5": "3x@mpl3P5K53cr3tK3y",
    "/0/1/10": 1n,
    "/1/1/0": 1n,
    "/1/1/1": 86_400n,
    "/1/1/6": false,
    "/1/1/7": "U",
  });
});

test("sample 2 is a bootstrap account without security; its padding is passed over", () => {
  assert.equal(sample2.length, 60);
  assert.deepEqual(valuesOf(sample2), {
    "/0/0/0": "coap://leshan.eclipseprojects.io:5783",
    "/0/0/1": true,
    "/0/0/2": 3n,
  });
});

test("an object's version takes one byte when it is 00 and two otherwise", () => {
  assert.deepEqual(
    parseCardFile(bytes("0003 0013  0000 00 0001 AA  0001 0205 0001 BB  0002 01 00 0000")).map(
      ({ objectId, version, instances }) => [objectId, version, toHex(instances)],
    ),
    [
      [0, undefined, "aa"],
      [1, "2.5", "bb"],
      [2, "1.0", ""],
    ],
  );
});

test("objects that we do not have are passed over, resources that we do not know are no error", () => {
  const file = writeBootstrapFile([
    { id: 4711, instances: { 0: { 0: 1 } } },
    { id: 1, instances: { 0: { 0: 5, 7777: "future" } } },
  ]);
  assert.deepEqual(Object.keys(valuesOf(file)), ["/1/0/0", "/1/0/7777"]);
});

const wrong: readonly [string, Uint8Array, RegExp][] = [
  ["an empty file", new Uint8Array(), /2 bytes expected/],
  ["a file of padding", new Uint8Array(60).fill(0xff), /bare resources|announced/],
  ["bare resources without a header", bytes("C8 00 03 616263"), /bare resources; the count and size/],
  ["a size beyond the file", bytes("0001 0006 0000 00 0000"), /6 bytes of objects announced, 5 there/],
  ["an object past the end", bytes("0001 0005 0000 00 0001"), /1 bytes expected, 0 left/],
  ["a count that is too large", bytes("0002 0005 0000 00 0000"), /2 objects announced, 1 there/],
  ["a count that is too small", bytes("0000 0005 0000 00 0000"), /0 objects announced, 1 there/],
  ["an object twice", bytes("0002 000A 0000 00 0000 0000 00 0000"), /an object is there twice/],
  ["the reserved object id", bytes("0001 0005 FFFF 00 0000"), /65535 is reserved/],
  ["a resource where an instance should be", bytes("0001 0008 0001 00 0003 C1 00 01"), /object instances expected/],
  ["an instance twice", bytes("0001 000F 0001 00 000A 0300 C10001 0300 C10001"), /an instance is there twice/],
  ["TLV past its end", bytes("0001 0008 0001 00 0003 08 00 05"), /5 bytes expected, 0 left/],
  ["a value of the wrong length", bytes("0001 000A 0001 00 0005 0300 C30001 02"), /expected/],
];

for (const [name, file, message] of wrong) {
  test(`a card file with ${name} is refused`, () => {
    assert.throws(() => readCardRecords(file, objects, silentLogger), message);
  });
}

test("a card file cut short at any length is refused; any bytes are records or a typed error", () => {
  for (let length = 0; length < sample1.length; length++) {
    assert.throws(() => readCardRecords(sample1.subarray(0, length), objects, silentLogger), DecodeError);
  }
  const mutated = fc
    .tuple(fc.constantFrom(sample1, sample2), fc.nat(), fc.nat(255))
    .map(([file, at, byte]) => file.with(at % file.length, byte));
  const padded = fc.uint8Array({ maxLength: 40 }).map((tail) => concatBytes([sample2, tail]));
  const property = fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), mutated, padded), (file) => {
    try {
      for (const { path } of readCardRecords(file, objects, silentLogger)) assert.ok(path.length >= 3);
    } catch (error) {
      assert.ok(error instanceof CodedError, String(error));
    }
  });
  fc.assert(property, { seed: 1, numRuns: 1000 });
});
