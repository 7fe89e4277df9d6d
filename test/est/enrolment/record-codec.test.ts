import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Attempt, type EnrolmentRecord, emptyRecord } from "../../../src/est/enrolment/enrolment-record.ts";
import { decodeRecord, encodeRecord } from "../../../src/est/enrolment/record-codec.ts";
import { decodeUtf8, encodeUtf8 } from "../../../src/util/bytes.ts";
import { DecodeError } from "../../../src/util/coded-error.ts";

const bytes = fc.uint8Array({ maxLength: 12 });
const chain = fc.array(bytes, { minLength: 1, maxLength: 2 });
const held = fc.record({ spkiHash: bytes, chain, since: fc.nat() });
const base = {
  slot: fc.constantFrom(0, 1),
  mode: fc.constantFrom("new-key", "same-key"),
  identity: fc.constantFrom("operational", "bootstrap"),
  failures: fc.nat(30),
};
const attempt: fc.Arbitrary<Attempt> = fc.oneof(
  fc.record({ ...base, stage: fc.constant("begun") }),
  fc.record({ ...base, stage: fc.constant("generated"), spkiHash: bytes, retryAt: fc.nat() }),
  fc.record({ ...base, stage: fc.constant("requested"), spkiHash: bytes, csr: bytes, bound: fc.boolean() }),
  fc.record({ ...base, stage: fc.constant("issued"), spkiHash: bytes, chain }),
);
const optional = fc.record(
  {
    attempt,
    lastFailure: fc.record({ at: fc.nat(), count: fc.nat(), code: fc.string() }),
    caCertificates: fc.array(bytes),
    estRoot: fc.array(fc.string()),
    activeSlot: fc.constant(0),
  },
  { requiredKeys: [] },
);
const record: fc.Arbitrary<EnrolmentRecord> = fc
  .tuple(optional, held, fc.option(held, { nil: undefined }))
  .map(([fields, first, second]) => structuredClone({ version: 1, slots: [first, second], ...fields }));

test("a record comes back from the disk as it was", () => {
  const property = fc.property(record, (each) => assert.deepEqual(decodeRecord(encodeRecord(each)), each));
  fc.assert(property, { seed: 1, numRuns: 300 });
  assert.deepEqual(decodeRecord(encodeRecord(emptyRecord(2))), { version: 1, slots: [undefined, undefined] });
});

test("a record cut short is malformed, and any damage is a record or a DecodeError", () => {
  const property = fc.property(record, fc.nat(), fc.nat(255), (each, at, byte) => {
    const whole = encodeRecord(each);
    // Only the last line feed may be missing.
    assert.throws(() => decodeRecord(whole.subarray(0, at % (whole.length - 1))), DecodeError);
    const damaged = whole.slice();
    damaged[at % damaged.length] = byte;
    try {
      decodeRecord(damaged);
    } catch (error) {
      assert.ok(error instanceof DecodeError, String(error));
    }
  });
  fc.assert(property, { seed: 1, numRuns: 300 });
});

test("what does not fit together is malformed: another version, an active slot that holds nothing, a slot too many", () => {
  const text = decodeUtf8(encodeRecord(emptyRecord(1)), "record");
  const attempt = '"attempt": {"slot": 1, "mode": "new-key", "identity": "bootstrap", "failures": 0, "stage": "begun"}';
  const changes: readonly [string, RegExp][] = [
    [text.replace('"version": 1', '"version": 2'), /version is not 1/],
    [text.replace('"version": 1', '"version": 1, "activeSlot": 0'), /the active slot holds nothing/],
    [text.replace('"version": 1', `"version": 1, ${attempt}`), /slot that is not there/],
    [text.replace('"version": 1', `"version": 1, ${attempt.replace("begun", "over")}`), /stage: begun or/],
    [text.replace('"version": 1', '"version": -1'), /version: whole number/],
    ["[]", /object expected/],
    ['{"version": 1}', /slots: a value expected/],
  ];
  for (const [changed, problem] of changes) assert.throws(() => decodeRecord(encodeUtf8(changed)), problem, changed);
});
