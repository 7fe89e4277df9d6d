import assert from "node:assert/strict";
import { test } from "node:test";
import { AccountMemory } from "../../../src/agent/accounts/account-memory.ts";
import type { AccountState } from "../../../src/lwm2m/account-state.ts";
import { FolderRecords } from "../../../src/platform/folder-records.ts";
import { CodedError } from "../../../src/util/coded-error.ts";
import { type Logger, silentLogger } from "../../../src/util/log.ts";
import type { RecordStore } from "../../../src/util/record-store.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

const state: AccountState = {
  attributes: [{ path: [3, 0], attributes: { pmin: 5 } }],
  registration: { location: ["rd", "a"], version: "1.1", lifetime: 300, binding: "U", links: "</3/0>" },
  observations: [
    {
      request: { method: 1, path: ["3", "0"], query: [], payload: new Uint8Array(0), options: [] },
      origin: { token: Uint8Array.of(1), key: "k", sequence: 100 },
    },
  ],
};

function memory(store: RecordStore, identity = "one", logger: Logger = silentLogger): AccountMemory {
  return new AccountMemory({ store, shortServerId: 1, identity, logger });
}

test("what was saved comes back for the same account and for no other, until it is forgotten", async () => {
  const store = new FolderRecords(new MemoryFolder(), silentLogger);
  assert.equal(await memory(store).load(), undefined);
  await memory(store).save(state);
  const loaded = await memory(store).load();
  assert.deepEqual(loaded?.registration, state.registration);
  assert.deepEqual(loaded?.attributes, state.attributes);
  assert.equal(await memory(store, "another").load(), undefined);
  await memory(store).forget();
  assert.equal(await memory(store).load(), undefined);
});

test("Observe numbers are saved so far ahead that those in use before the next write are behind", async () => {
  for (const [used, saved] of [
    [0, 2048],
    [1023, 2048],
    [1024, 3072],
    [0xffffff, 1024],
  ] as const) {
    const store = new FolderRecords(new MemoryFolder(), silentLogger);
    const observations = state.observations.map((each) => ({ ...each, origin: { ...each.origin, sequence: used } }));
    await memory(store).save({ ...state, observations });
    assert.equal((await memory(store).load())?.observations[0]?.origin.sequence, saved);
  }
});

test("the same state is not written again, and a disk that fails is complained about once", async () => {
  let writes = 0;
  let fails = false;
  const folder = new FolderRecords(new MemoryFolder(), silentLogger);
  const store: RecordStore = {
    read: (key) => folder.read(key),
    write: async (key, content) => {
      writes++;
      if (fails) throw new CodedError("STATE_UNWRITABLE", "full");
      await folder.write(key, content);
    },
    remove: (key) => folder.remove(key),
    setAside: (key, reason) => folder.setAside(key, reason),
  };
  const complaints: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (message) => void complaints.push(message) };
  const one = memory(store, "one", logger);
  await one.save(state);
  await one.save(state);
  assert.equal(writes, 1);
  fails = true;
  for (const attributes of [[], state.attributes, []]) await one.save({ attributes, observations: [] });
  assert.deepEqual(complaints, ["what is known of an account cannot be saved"]);
  fails = false;
  await one.save(state);
  assert.equal(writes, 4);
});
