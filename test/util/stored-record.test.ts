import assert from "node:assert/strict";
import { test } from "node:test";
import { FolderRecords } from "../../src/platform/folder-records.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { silentLogger } from "../../src/util/log.ts";
import { type RecordCodec, StoredRecord } from "../../src/util/stored-record.ts";
import { MemoryFolder } from "../support/memory-folder.ts";

const words: RecordCodec<string> = {
  encode: encodeUtf8,
  decode: (bytes) => {
    const text = decodeUtf8(bytes, "word");
    if (text.includes(" ")) throw new CodedError("MALFORMED", "one word expected");
    return text;
  },
};

function newRecord(codec = words) {
  return new StoredRecord(new FolderRecords(new MemoryFolder(), silentLogger), "word", codec);
}

test("a value is found again until it is removed", async () => {
  const record = newRecord();
  assert.equal(await record.load(), undefined);
  await record.save("one");
  assert.equal(await record.load(), "one");
  await record.remove();
  assert.equal(await record.load(), undefined);
});

test("a value that the codec does not take gives way to the one before it, then to none", async () => {
  const record = newRecord();
  await record.save("good");
  await record.save("not good");
  assert.equal(await record.load(), "good");
  await record.save("bad one");
  await record.save("bad two");
  assert.equal(await record.load(), undefined);
  assert.equal(await record.load(), undefined);
});

test("a mistake of the codec's own is not taken for a broken record", async () => {
  const record = newRecord({
    ...words,
    decode: () => {
      throw new TypeError("a bug");
    },
  });
  await record.save("good");
  await assert.rejects(record.load(), TypeError);
});
