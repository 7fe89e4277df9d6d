import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeRecords, encodeRecord } from "../../../src/dtls/record/record.ts";
import { concatBytes, toHex } from "../../../src/util/bytes.ts";
import { bytesOf } from "../../support/codec-properties.ts";

const alert = "15 fefd 0001 000000000005 0002 0100";
const handshake = "16 feff 0000 000000000001 0001 aa";

test("a datagram gives its records in order", () => {
  const records = decodeRecords(bytesOf(`${handshake} ${alert}`));
  assert.deepEqual(
    records.map(({ type, version, epoch, sequence, fragment }) => [type, version, epoch, sequence, toHex(fragment)]),
    [
      [22, 0xfeff, 0, 1, "aa"],
      [21, 0xfefd, 1, 5, "0100"],
    ],
  );
});

test("a record comes back from the wire as it was", () => {
  const record = fc.record({
    type: fc.constantFrom(20, 21, 22, 23),
    version: fc.constant(0xfefd),
    epoch: fc.nat(0xffff),
    sequence: fc.nat(2 ** 48 - 1),
    fragment: fc.uint8Array({ maxLength: 40 }),
  });
  const property = fc.property(record, (value) => {
    const [decoded] = decodeRecords(encodeRecord(value));
    assert.deepEqual(
      { ...decoded, fragment: toHex(decoded?.fragment ?? new Uint8Array()) },
      { ...value, fragment: toHex(value.fragment) },
    );
  });
  fc.assert(property, { seed: 1 });
});

test("a record cut short at any length is dropped and the ones before it stay", () => {
  const whole = bytesOf(`${handshake} ${alert}`);
  const first = bytesOf(handshake).length;
  for (let length = 0; length < whole.length; length++) {
    assert.equal(decodeRecords(whole.subarray(0, length)).length, length < first ? 0 : 1);
  }
});

test("a record with a Connection ID comes back from the wire as it was, at any length of the ID", () => {
  const property = fc.property(fc.uint8Array({ minLength: 1, maxLength: 255 }), (connectionId) => {
    const record = {
      type: 25,
      version: 0xfefd,
      epoch: 1,
      sequence: 7,
      connectionId,
      fragment: bytesOf("aabb"),
    } as const;
    const datagram = encodeRecord(record);
    assert.equal(toHex(datagram), `19fefd0001000000000007${toHex(connectionId)}0002aabb`);
    const [decoded] = decodeRecords(datagram, connectionId.length);
    assert.equal(toHex(decoded?.connectionId ?? new Uint8Array()), toHex(connectionId));
    assert.equal(toHex(decoded?.fragment ?? new Uint8Array()), "aabb");
    for (let length = 0; length < datagram.length; length++) {
      assert.deepEqual(decodeRecords(datagram.subarray(0, length), connectionId.length), []);
    }
  });
  fc.assert(property, { seed: 1, numRuns: 20 });
});

test("records of unknown type or version are passed over", () => {
  assert.equal(decodeRecords(bytesOf(`19 fefd 0001 000000000005 0000 ${alert}`)).length, 1);
  assert.equal(decodeRecords(bytesOf(`16 0303 0000 000000000005 0000 ${alert}`)).length, 1);
  assert.equal(decodeRecords(bytesOf(`17 feff 0001 000000000005 0000 ${alert}`)).length, 1);
});

test("a length beyond the largest record ends the datagram", () => {
  const tooLong = concatBytes([bytesOf("17 fefd 0001 000000000005 4801"), new Uint8Array(0x4801)]);
  assert.deepEqual(decodeRecords(tooLong), []);
});

test("no bytes make the decoder throw", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), (bytes, connectionIdLength) => {
    decodeRecords(Uint8Array.of(25, ...bytes), connectionIdLength);
    decodeRecords(bytes, connectionIdLength);
  });
  fc.assert(property, { seed: 1, numRuns: 1000 });
});
