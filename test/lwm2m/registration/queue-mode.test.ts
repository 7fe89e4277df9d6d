import assert from "node:assert/strict";
import { test } from "node:test";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { integerValue } from "../../../src/formats/values.ts";
import type { ServerSettings } from "../../../src/lwm2m/objects/server-instance.ts";
import type { ServerAccountOptions } from "../../../src/lwm2m/server-account.ts";
import { BenchAccount } from "../bench-account.ts";

const REGISTER = "POST /rd?lwm2m=1.1&ep=dev1&lt=86400&b=U&Q";
const VALUE = "/33000/0/1";

/** In queue mode over DTLS, observed, the exchanges of the start forgotten. */
async function queued(
  options: Partial<ServerAccountOptions> = {},
  settings: Partial<ServerSettings> = {},
): Promise<BenchAccount> {
  const bench = new BenchAccount(options);
  const { server } = bench.device;
  server.replace({ ...server.settings, lifetime: 86_400, binding: "UQ", muteSend: false, ...settings });
  bench.server.resumes = false;
  await bench.started();
  await bench.server.association.observe("aa", VALUE, { accept: ContentFormat.senmlJson });
  bench.server.resumes = true;
  bench.server.take();
  bench.types();
  return bench;
}

const state = (bench: BenchAccount) => bench.account.status.state;

test("the device sleeps 93 seconds after the last exchange, whichever side it came from", async () => {
  const bench = await queued();
  await bench.advance(92);
  assert.equal(state(bench), "registered");
  await bench.server.association.ask("GET", "/3/0/0");
  await bench.advance(92);
  assert.equal(state(bench), "registered");
  bench.account.updateRegistration("test");
  await bench.advance(92);
  assert.equal(state(bench), "registered");
  bench.device.testObject.set(0, 1, integerValue(1));
  await bench.advance(92);
  assert.equal(state(bench), "registered");
  await bench.advance(1);
  assert.equal(state(bench), "asleep");
  assert.deepEqual(bench.types().slice(-1), ["asleep"]);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1"]);
});

test("without Q in the binding it never sleeps, and a server that writes Q sends it to sleep", async () => {
  const bench = await queued({ queueMode: { awakeMs: 10_000 } }, { binding: "U" });
  await bench.advance(1000);
  assert.equal(state(bench), "registered");
  await bench.server.association.ask("PUT", "/1/0/7", { contentFormat: ContentFormat.text, payload: "UQ" });
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1?b=U&Q"]);
  await bench.advance(11);
  assert.equal(state(bench), "asleep");
});

test("the lifetime wakes it up for an Update, after which it is awake for a while", async () => {
  const bench = await queued();
  await bench.advance(86_306);
  assert.equal(state(bench), "asleep");
  await bench.advance(2);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1"]);
  assert.equal(state(bench), "registered");
  await bench.advance(92);
  assert.equal(state(bench), "asleep");
});

test("a notification wakes it up: an Update first, then the notification", async () => {
  for (const notificationStoring of [true, false]) {
    const bench = await queued({}, { notificationStoring });
    await bench.advance(100);
    const order: string[] = [];
    bench.server.answers.push(
      Promise.resolve().then(() => {
        order.push(`update with ${bench.server.association.notifications.length}`);
        return { code: 0x44 };
      }),
    );
    bench.device.testObject.set(0, 1, integerValue(5));
    await bench.advance(1);
    assert.deepEqual(bench.server.take(), ["POST /rd/r1"]);
    assert.deepEqual(order, ["update with 0"]);
    assert.equal(bench.server.association.notifications.length, 1);
    assert.match(new TextDecoder().decode(bench.server.association.notifications[0]?.response.payload), /"v":5/);
    assert.equal(state(bench), "registered");
    await bench.account.stop();
  }
});

test("Send and changed objects wake it up", async () => {
  const bench = await queued();
  await bench.advance(100);
  await Promise.all([bench.account.send([[3, 0, 0]]), bench.advance(0)]);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1", "POST /dp"]);
  await bench.advance(100);
  assert.equal(state(bench), "asleep");
  bench.device.testObject.addInstance(7);
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1"]);
  assert.match(bench.server.payloads.at(-1) ?? "", /33000\/7/);
});

test("a server that asks while it sleeps is answered, and it is awake again", async () => {
  const bench = await queued();
  await bench.advance(100);
  assert.equal((await bench.server.association.ask("GET", "/3/0/0")).code, 0x45);
  await bench.advance(1);
  assert.equal(state(bench), "registered");
  assert.deepEqual(bench.server.take(), []);
  await bench.advance(93);
  assert.equal(state(bench), "asleep");
});

test("asleep without an association, a wake-up resumes the session and observations go on", async () => {
  const bench = await queued({ queueMode: { closeAssociation: true } });
  await bench.advance(100);
  assert.deepEqual(bench.server.take(), ["close"]);
  assert.deepEqual(bench.account.status.observations, [VALUE]);
  bench.device.testObject.set(0, 1, integerValue(6));
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["connect", "POST /rd/r1"]);
  assert.match(new TextDecoder().decode(bench.server.association.notifications[0]?.response.payload), /"v":6/);
  await bench.advance(100);
  assert.equal(state(bench), "asleep");
  bench.server.take();
  await Promise.all([bench.account.send([[3, 0, 0]]), bench.advance(0)]);
  assert.deepEqual(bench.server.take(), ["connect", "POST /rd/r1", "POST /dp"]);
});

test("where the session cannot be resumed, a wake-up registers again", async () => {
  const bench = await queued({ queueMode: { closeAssociation: true } });
  await bench.advance(100);
  bench.server.resumes = false;
  bench.account.updateRegistration("test");
  await bench.advance(0);
  assert.deepEqual(bench.server.take(), ["close", "connect", REGISTER]);
});

test("stop, disable and offline work asleep", async () => {
  for (const closeAssociation of [true, false]) {
    const stopped = await queued({ queueMode: { closeAssociation } });
    await stopped.advance(100);
    await stopped.account.stop();
    assert.deepEqual(stopped.server.take(), closeAssociation ? ["close"] : ["DELETE /rd/r1", "close"]);
    assert.equal(stopped.device.time.armed, 0);
    const offline = await queued({ queueMode: { closeAssociation } });
    await offline.advance(100);
    offline.account.goOffline("test");
    await offline.advance(0);
    assert.equal(state(offline), "offline");
    await offline.account.stop();
    assert.equal(offline.device.time.armed, 0);
  }
  const disabled = await queued();
  await disabled.advance(100);
  await disabled.server.association.ask("POST", "/1/0/4");
  await disabled.advance(1);
  assert.equal(state(disabled), "disabled");
});

test("an association that is lost asleep is only missed at the next wake-up", async () => {
  const bench = await queued();
  await bench.advance(100);
  bench.server.association.lose();
  await bench.advance(1000);
  assert.equal(state(bench), "asleep");
  assert.deepEqual(bench.server.take(), []);
  bench.device.testObject.set(0, 1, integerValue(9));
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["connect", "POST /rd/r1"]);
  assert.equal(bench.server.association.notifications.length, 1);
});
