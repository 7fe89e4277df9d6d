import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type AccountsRecord,
  accountsRecordCodec,
  factoryDigest,
} from "../../../src/agent/accounts/accounts-record.ts";
import { factoryConfiguration } from "../../../src/agent/accounts/factory-configuration.ts";
import { SavedAccounts } from "../../../src/agent/accounts/saved-accounts.ts";
import { parseConfig } from "../../../src/cli/config/load-config.ts";
import { configurableObjects } from "../../../src/lwm2m/bootstrap/configurable-object.ts";
import { StoredObject } from "../../../src/lwm2m/bootstrap/stored-object.ts";
import { FolderRecords } from "../../../src/platform/folder-records.ts";
import { CodedError } from "../../../src/util/coded-error.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { registry } from "../../lwm2m/objects-folder.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

const objects = configurableObjects([0, 1, 2].map((id) => new StoredObject(registry.get(id))));
const codec = accountsRecordCodec(objects);

function factoryOf(server: object) {
  const config = parseConfig(JSON.stringify({ endpoint: "d", server }), "/etc/agent.yaml");
  return factoryConfiguration(config, registry) ?? assert.fail();
}

const factory = factoryOf({ uri: "coap://h", shortServerId: 5, retryCount: 3, muteSend: false });
const record: AccountsRecord = {
  factory: factoryDigest(factory),
  configuration: factory,
  card: {
    iccid: "8988303000000012345",
    digest: "00ff",
    instances: [
      [0, 1],
      [1, 65534],
    ],
  },
  bootstrapAccountEndsAt: 4_000_000_000,
};

test("saved accounts come back as they were, with and without a card", () => {
  assert.deepEqual(codec.decode(codec.encode(record)), record);
  const { card: _, bootstrapAccountEndsAt: __, ...bare } = record;
  assert.deepEqual(codec.decode(codec.encode(bare)), bare);
  const nameless = { ...record, card: { digest: "00", instances: [] } };
  assert.deepEqual(codec.decode(codec.encode(nameless)), nameless);
});

test("saved accounts cut short or changed are a typed error, or other accounts, and never a crash", () => {
  const bytes = codec.encode(record);
  const decodes = (changed: Uint8Array) => {
    try {
      codec.decode(changed);
    } catch (error) {
      assert.ok(error instanceof CodedError, String(error));
    }
  };
  for (let length = 0; length < bytes.length; length++) decodes(bytes.subarray(0, length));
  const mutations = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  const mutated = mutations.map(([at, byte]) => bytes.map((old, i) => (i === at ? byte : old)));
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), mutated), decodes), { seed: 1, numRuns: 500 });
  const newer = bytes.map((old, i) => (i === 0 ? 2 : old));
  assert.throws(() => codec.decode(newer), /version 2, 1 expected/);
});

test("what was saved holds while the accounts of the configuration are the same, and goes when they are others", async () => {
  const store = new FolderRecords(new MemoryFolder(), silentLogger);
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const saved = (configuration: typeof factory) => new SavedAccounts(store, objects, configuration, logger);
  const { factory: _, ...state } = record;
  await saved(factory).save(state);
  assert.deepEqual((await saved(factory).load())?.configuration, factory);
  const other = factoryOf({ uri: "coap://other", shortServerId: 5 });
  assert.equal(await saved(other).load(), undefined);
  assert.equal(warnings.length, 1);
  assert.equal(await saved(factory).load(), undefined);
});

test("a store that cannot be read is said, and the device begins from its factory state", async () => {
  const errors: string[] = [];
  const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
  const read = () => Promise.reject(new CodedError("STATE_UNREADABLE", "i/o error"));
  const nothing = async () => {};
  const store = { read, write: nothing, remove: nothing, setAside: nothing };
  assert.equal(await new SavedAccounts(store, objects, factory, logger).load(), undefined);
  assert.equal(errors.length, 1);
});
