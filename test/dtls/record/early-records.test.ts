import assert from "node:assert/strict";
import { test } from "node:test";
import { EarlyRecords } from "../../../src/dtls/record/early-records.ts";
import { ContentType } from "../../../src/dtls/record/record.ts";

const record = (bytes: number, sequence = 0) => ({
  type: ContentType.handshake,
  version: 0xfefd,
  epoch: 1,
  sequence,
  fragment: new Uint8Array(bytes),
});

test("records are given back once, in order", () => {
  const early = new EarlyRecords();
  early.keep(record(10, 1));
  early.keep(record(10, 2));
  assert.deepEqual(
    early.takeAll().map(({ sequence }) => sequence),
    [1, 2],
  );
  assert.deepEqual(early.takeAll(), []);
});

test("eight records at most are kept, and no more than 16 kB", () => {
  const many = new EarlyRecords();
  for (let i = 0; i < 100; i++) many.keep(record(10));
  assert.equal(many.takeAll().length, 8);
  const large = new EarlyRecords();
  for (let i = 0; i < 8; i++) large.keep(record(10_000));
  assert.equal(large.takeAll().length, 1);
});

test("application data before the keys is not kept", () => {
  const early = new EarlyRecords();
  early.keep({ ...record(10), type: ContentType.application_data });
  assert.deepEqual(early.takeAll(), []);
});

test("a record with a Connection ID is kept with it: what it is shows only under the keys", () => {
  const early = new EarlyRecords();
  const kept = { ...record(10), type: ContentType.tls12_cid, connectionId: Uint8Array.of(1, 2) };
  early.keep(kept);
  assert.deepEqual(early.takeAll(), [kept]);
});
