import assert from "node:assert/strict";
import { test } from "node:test";
import { DataModel } from "../../../src/lwm2m/data-model/data-model.ts";
import { SecurityObject } from "../../../src/lwm2m/objects/security-object.ts";
import { TableObject } from "../../../src/lwm2m/objects/table-object.ts";
import { objectLinks } from "../../../src/lwm2m/registration/object-links.ts";
import { RegistrationMachine } from "../../../src/lwm2m/registration/registration-machine.ts";
import { updateDelayMs } from "../../../src/lwm2m/registration/update-delay.ts";
import { WakeUps } from "../../../src/lwm2m/registration/wake-ups.ts";
import { settle, VirtualTime } from "../../support/virtual-time.ts";
import { registry } from "../objects-folder.ts";

test("the object list leaves Security out, names empty objects, and states versions that are not implied", () => {
  const model = new DataModel([
    new SecurityObject(registry.get(0, "1.1"), [0]),
    new TableObject(registry.get(2, "1.0")),
    new TableObject(registry.get(3, "1.2"), [[0, new Map()]]),
    new TableObject(registry.get(3303, "1.1"), [
      [0, new Map()],
      [7, new Map()],
    ]),
    new TableObject(registry.get(6), [[0, new Map()]]),
  ]);
  const root = '</>;rt="oma.lwm2m"';
  const rest = "</2>,</3>;ver=1.2,</3/0>,</6/0>,</3303>;ver=1.1,</3303/0>,</3303/7>";
  assert.equal(objectLinks(model, "1.1"), `${root};ct="60 110 112 11542",${rest}`);
  assert.equal(objectLinks(model, "1.0"), `${root},${rest}`);
});

test("an Update leaves 93 seconds, or half of a short lifetime", () => {
  const seconds = [86400, 186, 185, 60, 1].map((lifetime) => (updateDelayMs(lifetime) ?? 0) / 1000);
  assert.deepEqual(seconds, [86307, 93, 92.5, 30, 0.5]);
  assert.equal(updateDelayMs(0), undefined);
});

test("the machine reports each transition with its reason and refuses a step that is not in its table", () => {
  const seen: string[] = [];
  const machine = new RegistrationMachine(({ from, to, reason }) => seen.push(`${from} > ${to}: ${reason}`));
  machine.step("start", "power on");
  machine.step("connected", "handshake");
  assert.throws(() => machine.step("updated", "?"), RangeError);
  machine.step("registered", "2.01");
  assert.deepEqual(seen, [
    "stopped > connecting: power on",
    "connecting > registering: handshake",
    "registering > registered: 2.01",
  ]);
  assert.equal(machine.reason, "2.01");
});

test("wake-ups are taken by urgency, one of a kind, and time wakes when nothing else does", async () => {
  const time = new VirtualTime();
  const wakeUps = new WakeUps(time);
  wakeUps.post({ type: "update", reason: "a" });
  wakeUps.post({ type: "update", reason: "b" });
  wakeUps.post({ type: "stop", reason: "c" });
  assert.deepEqual(await wakeUps.next(10), { type: "stop", reason: "c" });
  assert.deepEqual(await wakeUps.next(10), { type: "update", reason: "a" });
  const due = wakeUps.next(10);
  await time.advance(10);
  assert.deepEqual(await due, { type: "due" });
  const posted = wakeUps.next(undefined);
  await settle();
  wakeUps.post({ type: "reconnect", reason: "d" });
  assert.deepEqual(await posted, { type: "reconnect", reason: "d" });
  assert.equal(time.armed, 0);
  wakeUps.post({ type: "update", reason: "e" });
  wakeUps.post({ type: "stop", reason: "f" });
  wakeUps.clear();
  assert.deepEqual(await wakeUps.next(1), { type: "stop", reason: "f" });
});
