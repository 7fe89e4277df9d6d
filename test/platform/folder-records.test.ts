import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type DurableFolder, MachineFolder } from "../../src/platform/durable-folder.ts";
import { FolderRecords } from "../../src/platform/folder-records.ts";
import { sealRecord } from "../../src/platform/record-envelope.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/util/bytes.ts";
import { type Logger, silentLogger } from "../../src/util/log.ts";
import { MemoryFolder } from "../support/memory-folder.ts";

function temporary(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "records-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function textOf(records: FolderRecords): Promise<string | undefined> {
  const bytes = await records.read("a");
  return bytes && decodeUtf8(bytes, "record");
}

/** A folder with the generations "first" and "second". */
async function twoGenerations(): Promise<MemoryFolder> {
  const folder = new MemoryFolder();
  const records = new FolderRecords(folder, silentLogger);
  await records.write("a", encodeUtf8("first"));
  await records.write("a", encodeUtf8("second"));
  return folder;
}

describe("records in a folder", () => {
  it("are read again, by the owner alone, and the generation before is kept", async (t) => {
    const path = join(temporary(t), "state");
    const records = new FolderRecords(new MachineFolder(path), silentLogger);
    assert.equal(await records.read("a"), undefined);
    await records.write("a", encodeUtf8("first"));
    await records.write("a", encodeUtf8("second"));
    assert.equal(await textOf(records), "second");
    assert.deepEqual(readdirSync(path).sort(), ["a.record", "a.record.previous"]);
    assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.equal(statSync(join(path, "a.record")).mode & 0o777, 0o600);
    await records.remove("a");
    assert.deepEqual(readdirSync(path), []);
    assert.equal(await records.read("a"), undefined);
  });

  it("are in a folder that is made with all those above it, each for the owner alone", async (t) => {
    const above = temporary(t);
    const path = join(above, "a", "b", "c");
    await new FolderRecords(new MachineFolder(path), silentLogger).write("a", Uint8Array.of(1));
    for (const made of ["a", "a/b", "a/b/c"]) assert.equal(statSync(join(above, made)).mode & 0o777, 0o700);
  });

  it("name the folder in the error when it cannot be made or read", async (t) => {
    const file = join(temporary(t), "file");
    writeFileSync(file, "");
    const records = new FolderRecords(new MachineFolder(join(file, "state")), silentLogger);
    const failure = { code: "STATE_UNWRITABLE", message: /a in the state folder .*file\/state/ };
    await assert.rejects(records.write("a", Uint8Array.of(1)), failure);
    await assert.rejects(records.read("a"), { code: "STATE_UNREADABLE" });
  });

  it("refuse a key that would be a path", async () => {
    const records = new FolderRecords(new MemoryFolder(), silentLogger);
    for (const key of ["../a", "A", "", ".a", "a/b"]) await assert.rejects(records.read(key), { code: /STATE/ });
  });

  it("of many writes at once the last one stays", async () => {
    const records = new FolderRecords(new MemoryFolder(), silentLogger);
    await Promise.all(["1", "2", "3", "4"].map((text) => records.write("a", encodeUtf8(text))));
    assert.equal(await textOf(records), "4");
  });
});

describe("a record that is broken", () => {
  const sealed = sealRecord(encodeUtf8("second"));
  const broken: readonly (readonly [string, Uint8Array])[] = [
    ["empty", new Uint8Array()],
    ["of another program", encodeUtf8("endpoint: device\n")],
    ["torn", sealed.subarray(0, -1)],
    ["too long", Uint8Array.of(...sealed, 0)],
    ["rotten", sealed.map((byte, at) => (at === sealed.length - 1 ? byte ^ 1 : byte))],
    ["of a newer program", sealed.map((byte, at) => (at === 4 ? 2 : byte))],
  ];

  for (const [name, content] of broken) {
    it(`${name}: is set aside under a name that says so, and the one before it is used`, async () => {
      const folder = await twoGenerations();
      await folder.create("a.record", content);
      const said: string[] = [];
      const logger: Logger = { ...silentLogger, error: (message, fields) => said.push(`${message} ${fields?.file}`) };
      const records = new FolderRecords(folder, logger);
      assert.equal(await textOf(records), "first");
      assert.deepEqual([...folder.files.keys()].sort(), ["a.record.corrupt", "a.record.previous"]);
      assert.deepEqual(folder.files.get("a.record.corrupt"), content);
      assert.equal(said.length, 1);
      assert.match(said[0] ?? "", /set aside.* \/state\/a\.record\.corrupt/);
    });
  }

  it("where it cannot be set aside, as on a read-only disk: the one before it is used all the same, and a later write heals it", async () => {
    const folder = await twoGenerations();
    await folder.create("a.record", encodeUtf8("garbage"));
    const said: string[] = [];
    const logger: Logger = { ...silentLogger, error: (message, fields) => said.push(`${message} ${fields?.error}`) };
    let isReadOnly = true;
    const refuse = (): Promise<never> => Promise.reject(new Error("EROFS: read-only file system"));
    const readOnly: DurableFolder = {
      path: folder.path,
      read: (name) => folder.read(name),
      create: (name, content) => (isReadOnly ? refuse() : folder.create(name, content)),
      rename: (from, to) => (isReadOnly ? refuse() : folder.rename(from, to)),
      remove: (name) => folder.remove(name),
      flush: () => folder.flush(),
    };
    const records = new FolderRecords(readOnly, logger);
    assert.equal(await textOf(records), "first");
    assert.equal(await textOf(records), "first");
    assert.deepEqual(said, [
      "saved state is broken and cannot be set aside; the state before it is used EROFS: read-only file system",
    ]);
    await assert.rejects(records.write("a", encodeUtf8("third")), { code: "STATE_UNWRITABLE" });
    isReadOnly = false;
    await records.write("a", encodeUtf8("third"));
    assert.equal(await textOf(records), "third");
    await folder.create("a.record", encodeUtf8("garbage"));
    assert.equal(await textOf(new FolderRecords(folder, silentLogger)), "first");
  });

  it("does not push out the good one before it when a new one is written", async () => {
    const folder = await twoGenerations();
    await folder.create("a.record", encodeUtf8("garbage"));
    await new FolderRecords(folder, silentLogger).write("a", encodeUtf8("third"));
    await folder.create("a.record", encodeUtf8("garbage"));
    assert.equal(await textOf(new FolderRecords(folder, silentLogger)), "first");
  });

  it("in both generations: there is no record", async () => {
    const folder = await twoGenerations();
    for (const name of ["a.record", "a.record.previous"]) await folder.create(name, encodeUtf8("garbage"));
    assert.equal(await textOf(new FolderRecords(folder, silentLogger)), undefined);
  });

  it("for whoever wanted it: set aside on demand, the one before it comes next, then none", async () => {
    const records = new FolderRecords(await twoGenerations(), silentLogger);
    await records.setAside("a", "not understood");
    assert.equal(await textOf(records), "first");
    await records.setAside("a", "not understood");
    assert.equal(await textOf(records), undefined);
  });
});

describe("power that goes at any step, with what was not flushed there or not", () => {
  const scenarios: Record<string, { do: (records: FolderRecords) => Promise<void>; after: (string | undefined)[] }> = {
    write: { do: (records) => records.write("a", encodeUtf8("third")), after: ["second", "third"] },
    remove: { do: (records) => records.remove("a"), after: ["second", undefined] },
    "set aside": { do: (records) => records.setAside("a", "test"), after: ["second", "first"] },
  };

  for (const [name, scenario] of Object.entries(scenarios)) {
    it(`${name}: the state is the old one or the new one`, async () => {
      const seen = new Set<string | undefined>();
      for (let steps = 0, cut = true; cut; steps++) {
        const folder = new MemoryFolder((await twoGenerations()).files, steps);
        await scenario.do(new FolderRecords(folder, silentLogger)).catch(() => undefined);
        cut = folder.isWithoutPower;
        for (const files of folder.afterCrash) {
          const restarted = new FolderRecords(new MemoryFolder(files), silentLogger);
          seen.add(await textOf(restarted));
          // And the next write works.
          await restarted.write("a", encodeUtf8("later"));
          assert.equal(await textOf(restarted), "later");
        }
      }
      assert.deepEqual(seen, new Set(scenario.after));
    });
  }
});
