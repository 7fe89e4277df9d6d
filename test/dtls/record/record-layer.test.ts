import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";
import { ContentType, decodeRecords } from "../../../src/dtls/record/record.ts";
import { RecordLayer } from "../../../src/dtls/record/record-layer.ts";
import { RecordProtection, type TrafficKeys } from "../../../src/dtls/record/record-protection.ts";
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
    const opened = record && receiver.open(record);
    return opened && new TextDecoder().decode(opened.plaintext);
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

const id = bytesOf("c1d2e3f4a5b6");
const none = new Uint8Array();

/** A sender whose records carry `id`, and their receiver. */
function pairWithId(aead: TrafficKeys["aead"] = "AES_128_GCM") {
  const { sender, receiver } = pair(aead);
  sender.useConnectionIds({ own: none, peer: id });
  receiver.useConnectionIds({ own: id, peer: none });
  const open = (bytes: Uint8Array) => {
    const [record] = decodeRecords(bytes, id.length);
    return record && receiver.open(record);
  };
  return { sender, receiver, open };
}

test("a record with a Connection ID is what RFC 9146 §5.3 says, computed by hand", () => {
  const { sender } = pairWithId();
  const sealed = sender.protect(ContentType.alert, 1, hello);
  const nonce = bytesOf("f0f1f2f3 0001000000000000");
  const cipher = createCipheriv("aes-128-gcm", keys("AES_128_GCM").key, nonce);
  const inner = `${toHex(hello)}15`;
  cipher.setAAD(bytesOf(`ffffffffffffffff 19 06 19 fefd 0001000000000000 ${toHex(id)} 0006`));
  const encrypted = Buffer.concat([cipher.update(bytesOf(inner)), cipher.final(), cipher.getAuthTag()]);
  const header = `19fefd0001000000000000${toHex(id)}001e`;
  assert.equal(toHex(sealed), `${header}0001000000000000${encrypted.toString("hex")}`);
  assert.equal(sealed.length, hello.length + sender.overhead(1));
});

for (const aead of ["AES_128_CCM_8", "AES_128_CCM", "AES_128_GCM"] as const) {
  test(`${aead}: a record with a Connection ID opens once with its real type, and not with any byte changed`, () => {
    const { sender, open } = pairWithId(aead);
    const sealed = sender.protect(ContentType.handshake, 1, hello);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(open(changed), undefined, `byte ${at}`);
    }
    const opened = open(sealed);
    assert.deepEqual([opened?.type, toHex(opened?.plaintext ?? none)], [22, toHex(hello)]);
    assert.equal(open(sealed), undefined);
  });
}

test("who handed out an ID takes no protected record without it, and who did not takes none with one", () => {
  const plain = pair("AES_128_GCM");
  const withId = pairWithId();
  const [bare] = decodeRecords(plain.sender.protect(ContentType.application_data, 1, hello));
  const [named] = decodeRecords(withId.sender.protect(ContentType.application_data, 1, hello), id.length);
  assert.ok(bare && named);
  assert.equal(withId.receiver.open(bare), undefined);
  assert.equal(plain.receiver.open(named), undefined);
  assert.ok(plain.receiver.open(bare));
  assert.ok(withId.receiver.open(named));
});

test("a record with a Connection ID in the clear is never believed", () => {
  const receiver = new RecordLayer();
  const record = { type: 25, version: 0xfefd, epoch: 0, sequence: 0, connectionId: id, fragment: hello } as const;
  assert.equal(receiver.open(record), undefined);
});

test("padding is taken off; a real type that stands for nothing is dropped", () => {
  const { receiver } = pairWithId();
  const protection = new RecordProtection(keys("AES_128_GCM"));
  const open = (sequence: number, plaintext: string) => {
    const header = { type: 25, epoch: 1, sequence, connectionId: id } as const;
    return receiver.open({ ...header, version: 0xfefd, fragment: protection.seal(header, bytesOf(plaintext)) });
  };
  assert.deepEqual(open(0, "aabb17000000"), { type: 23, plaintext: bytesOf("aabb") });
  assert.deepEqual(open(1, "17"), { type: 23, plaintext: none });
  for (const [sequence, plaintext] of ["", "0000", "aa19", "aa18", "aa01"].entries()) {
    assert.equal(open(2 + sequence, plaintext), undefined, plaintext);
  }
});

test("the longest plaintext is one byte shorter where its type is inside", () => {
  const { sender, open } = pairWithId();
  assert.equal(sender.maxPlaintextBytes, 2 ** 14 - 1);
  assert.equal(
    open(sender.protect(ContentType.application_data, 1, new Uint8Array(2 ** 14 - 1)))?.plaintext.length,
    16383,
  );
  assert.equal(open(sender.protect(ContentType.application_data, 1, new Uint8Array(2 ** 14))), undefined);
});

test("the newest sequence number is that of an authentic record", () => {
  const { sender, receiver, open } = pairWithId();
  assert.equal(receiver.newestSequence, -1);
  const [first, second] = [0, 1].map(() => sender.protect(ContentType.application_data, 1, hello));
  const forged = sender.protect(ContentType.application_data, 1, hello).fill(0, -1);
  open(second ?? none);
  open(forged);
  open(first ?? none);
  assert.equal(receiver.newestSequence, 1);
});
