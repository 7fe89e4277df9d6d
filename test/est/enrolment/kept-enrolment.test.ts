import assert from "node:assert/strict";
import { test } from "node:test";
import { Enrolment } from "../../../src/est/enrolment/enrolment.ts";
import type { EnrolmentEvent } from "../../../src/est/enrolment/enrolment-event.ts";
import { emptyRecord } from "../../../src/est/enrolment/enrolment-record.ts";
import { keptEnrolment } from "../../../src/est/enrolment/kept-enrolment.ts";
import { encodeRecord } from "../../../src/est/enrolment/record-codec.ts";
import { FolderRecords } from "../../../src/platform/folder-records.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { EnrolmentWorld } from "../../support/enrolment-world.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

const { signal } = new AbortController();

async function opened(store: FolderRecords) {
  const world = await EnrolmentWorld.create();
  const events: EnrolmentEvent[] = [];
  const ports = {
    ...world.ports(),
    store: keptEnrolment(store),
    onEvent: (event: EnrolmentEvent) => events.push(event),
  };
  return { events, enrolment: await Enrolment.open({ profile: { commonName: "device-1" } }, ports, signal) };
}

test("a record that says nothing sensible gives way to the one before it", async () => {
  const records = new FolderRecords(new MemoryFolder(), silentLogger);
  const store = keptEnrolment(records);
  const good = { ...emptyRecord(2), estRoot: ["est"] };
  await store.save(encodeRecord(good));
  await store.save(encodeUtf8('{"version": 2}'));
  const { enrolment, events } = await opened(records);
  assert.deepEqual(enrolment.record, good);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["record-unreadable"],
  );
});

test("when both are of no use the device enrols anew", async () => {
  const records = new FolderRecords(new MemoryFolder(), silentLogger);
  const store = keptEnrolment(records);
  await store.save(encodeUtf8("[]"));
  await store.save(encodeUtf8("nothing"));
  const { enrolment, events } = await opened(records);
  assert.deepEqual(enrolment.record, emptyRecord(2));
  assert.equal(events.length, 2);
});
