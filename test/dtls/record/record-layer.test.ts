import assert from "node:assert/strict";
import { test } from "node:test";
import { ContentType, decodeRecords } from "../../../src/dtls/record/record.ts";
import { RecordLayer } from "../../../src/dtls/record/record-layer.ts";
import type { TrafficKeys } from "../../../src/dtls/record/record-protection.ts";
import { encodeUtf8, toHex } from "../../../src/util/bytes.ts";
import { bytesOf } from "../../support/codec-properties.ts";

const keys = (aead: TrafficKeys["aead"]): TrafficKeys => ({
  aead,
  key: bytesOf("000102030405060708090a0b0c0d0e0f"),
  salt: bytesOf("f0f1f2f3"),
});

function pair(aead: TrafficKeys["aead"] = "AES_128_CCM_8") {
  const sender = new RecordLayer();
  const receiver = new RecordLayer();
  sender.installWriteKeys(keys(aead));
  receiver.installReadKeys(keys(aead));
  receiver.refusePlaintext();
  const open = (bytes: Uint8Array) => {
    const [record] = decodeRecords(bytes);
    const plaintext = record && receiver.open(record);
    return plaintext && new TextDecoder().decode(plaintext);
  };
  return { sender, receiver, open };
}

const hello = encodeUtf8("hello");

for (const [aead, overhead] of [
  ["AES_128_CCM_8", 29],
  ["AES_128_CCM", 37],
  ["AES_128_GCM", 37],
] as const) {
  test(`${aead}: a record opens once, and not with any byte changed`, () => {
    const { sender, open } = pair(aead);
    const sealed = sender.protect(ContentType.application_data, 1, hello);
    assert.equal(sealed.length, hello.length + overhead);
    assert.equal(sender.overhead(1), overhead);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(open(changed), undefined, `byte ${at}`);
    }
    assert.equal(open(sealed), "hello");
    assert.equal(open(sealed), undefined);
  });

  test(`${aead}: a record cut short at any length does not open`, () => {
    const { sender, open } = pair(aead);
    const sealed = sender.protect(ContentType.application_data, 1, hello);
    for (let length = 13; length < sealed.length; length++) {
      const short = sealed.slice(0, length);
      new DataView(short.buffer).setUint16(11, length - 13);
      assert.equal(open(short), undefined);
    }
  });
}

test("the nonce's explicit part is epoch and sequence number", () => {
  const { sender } = pair();
  sender.protect(ContentType.application_data, 1, hello);
  const second = sender.protect(ContentType.application_data, 1, hello);
  assert.equal(toHex(second.subarray(3, 11)), "0001000000000001");
  assert.equal(toHex(second.subarray(13, 21)), "0001000000000001");
});

test("a forged high sequence number does not shut real records out", () => {
  const { sender, open } = pair();
  const forged = sender.protect(ContentType.application_data, 1, hello);
  forged.fill(0xff, 5, 11);
  assert.equal(open(forged), undefined);
  assert.equal(open(sender.protect(ContentType.application_data, 1, hello)), "hello");
});

test("records in the clear are read until the handshake is over", () => {
  const layer = new RecordLayer();
  const [clear] = decodeRecords(layer.protect(ContentType.handshake, 0, hello));
  assert.ok(clear);
  assert.ok(layer.open(clear));
  layer.refusePlaintext();
  assert.equal(layer.open(clear), undefined);
});

test("the last sequence number is used, and none after it", () => {
  const layer = new RecordLayer(0, 2 ** 48 - 1);
  layer.installWriteKeys(keys("AES_128_GCM"));
  layer.protect(ContentType.application_data, 1, hello);
  assert.throws(() => layer.protect(ContentType.application_data, 1, hello), { code: "SEQUENCE_EXHAUSTED" });
});
