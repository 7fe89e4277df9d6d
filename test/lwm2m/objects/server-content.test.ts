import assert from "node:assert/strict";
import { test } from "node:test";
import { booleanValue, integerValue, objectLinkValue, stringValue } from "../../../src/formats/values.ts";
import type { ObjectChange, ResourceValue } from "../../../src/lwm2m/data-model/object.ts";
import { readServerSettings, updatedServerContent } from "../../../src/lwm2m/objects/server-content.ts";
import { ServerInstance } from "../../../src/lwm2m/objects/server-instance.ts";
import { ServerObject } from "../../../src/lwm2m/objects/server-object.ts";
import { registry } from "../objects-folder.ts";

const stored = new Map<number, ResourceValue>([
  [0, integerValue(101)],
  [1, integerValue(300)],
  [6, booleanValue(false)],
  [7, stringValue("U")],
  [10, objectLinkValue(11, 0)],
]);

test("settings come out of a stored instance, and what is absent stays absent", () => {
  const settings = readServerSettings(stored);
  assert.deepEqual(settings, { shortServerId: 101, lifetime: 300, notificationStoring: false, binding: "U" });
});

test("what a server wrote goes into the stored instance; what the live one does not have stays", async () => {
  const object = new ServerObject(registry.get(1), [new ServerInstance(2, readServerSettings(stored))]);
  const write = { replace: false, resources: new Map([[1, integerValue(60)]]) };
  await object.prepareWrite(2, write)();
  const updated = updatedServerContent(stored, object, 2);
  assert.deepEqual(updated, new Map([...stored, [1, integerValue(60)]]));
});

test("what only bootstrap may set stays when a server writes something else", async () => {
  const told = new Map(stored).set(13, integerValue(1)).set(16, booleanValue(false)).set(19, integerValue(600));
  const object = new ServerObject(registry.get(1, "1.1"), [new ServerInstance(2, readServerSettings(told))]);
  assert.ok(!object.resources().includes(13));
  await object.prepareWrite(2, { replace: false, resources: new Map([[1, integerValue(60)]]) })();
  const updated = updatedServerContent(told, object, 2);
  assert.deepEqual([...updated].sort(), [...told.set(1, integerValue(60))].sort());
});

test("instances come and go, and each change is announced once", () => {
  const object = new ServerObject(registry.get(1));
  const seen: ObjectChange[] = [];
  object.onChange((change) => seen.push(change));
  const first = new ServerInstance(0, readServerSettings(stored));
  const second = new ServerInstance(0, readServerSettings(stored));
  object.add(first);
  object.add(second);
  assert.deepEqual(seen.splice(0), [{ instance: 0 }, { instance: 0 }]);
  first.replace({ ...first.settings, lifetime: 1 });
  second.replace({ ...second.settings, lifetime: 1 });
  assert.deepEqual(seen.splice(0), [{ instance: 0, resource: 1 }]);
  object.remove(0);
  object.remove(0);
  assert.deepEqual(seen, [{ instance: 0 }]);
  assert.deepEqual(object.instances(), []);
});

test("Bootstrap-Request Trigger is offered where somebody takes it, and 4.05 when there is nobody to ask", async () => {
  const asked: number[] = [];
  const instance = new ServerInstance(3, readServerSettings(stored));
  const object = new ServerObject(registry.get(1), [instance], async (id) => asked.push(id) === 1);
  assert.ok(object.resources().includes(9));
  assert.ok(!new ServerObject(registry.get(1), [instance]).resources().includes(9));
  await object.execute(3, 9);
  await assert.rejects(object.execute(3, 9), { responseCode: 0x85 });
  assert.deepEqual(asked, [101, 101]);
});
