import assert from "node:assert/strict";
import { Code, Method } from "../../../../src/coap/message.ts";
import type { Procedure } from "../bench.ts";
import { awakeSeconds } from "../device.ts";
import { single } from "../nodes.ts";
import { forgetRegistration } from "../raw-coap.ts";
import { isRequest, queryOf, statusOf } from "../wire.ts";

/** ETS 1.1-int-101 to 1.2-int-111. */
export const registration: Readonly<Record<string, Procedure>> = {
  "1.1-int-101": async (bench) => {
    const { wire, leshan } = await bench.startAtLeshan();
    const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/rd"), "Register");
    assert.deepEqual(queryOf(message), ["lwm2m=1.1", `ep=${bench.endpoint}`, "lt=86400", "b=U"]);
    const links = new TextDecoder().decode(message.payload);
    assert.match(links, /<\/1\/0>/);
    assert.match(links, /<\/3\/0>/);
    assert.doesNotMatch(links, /<\/(0|21)[/>]/);
    const { registrationId, lwM2mVersion } = await leshan.registered();
    assert.equal(lwM2mVersion, "1.1");
    const created = await statusOf(wire, message);
    assert.equal(created.code, Code.Created);
    assert.ok(registrationId.length > 0);
  },

  "1.1-int-102": async (bench) => {
    const { wire, leshan } = await bench.atLeshan();
    await leshan.write("/1/0/1", single(1, "integer", 20));
    const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update");
    assert.deepEqual(queryOf(message), ["lt=20"]);
    assert.equal((await statusOf(wire, message)).code, Code.Changed);
    assert.equal((await leshan.updated()).registration.lifetime, 20);
    const next = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update before the lifetime ends", 20);
    assert.deepEqual(queryOf(next.message), []);
  },

  "1.1-int-103": async (bench) => {
    const { wire, leshan } = await bench.atLeshan();
    await leshan.execute("/1/0/4");
    const { message } = await wire.passed.waitFor(isRequest(Method.DELETE, "/rd/*"), "De-register");
    assert.equal((await statusOf(wire, message)).code, Code.Deleted);
    assert.equal((await leshan.deregistered()).expired, false);
    await assert.rejects(leshan.rest.registration(bench.endpoint));
  },

  "1.1-int-104": async (bench) => {
    const { wire, leshan } = await bench.atLeshan({ server: { lifetime: 20 } });
    const { registrationDate } = await leshan.rest.registration(bench.endpoint);
    await leshan.execute("/1/0/8");
    const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update");
    assert.deepEqual(queryOf(message), []);
    assert.equal(message.payload.length, 0);
    assert.equal((await statusOf(wire, message)).code, Code.Changed);
    await leshan.updated();
    while (Date.now() < registrationDate + 21_000) await leshan.updated();
    assert.equal((await leshan.rest.registration(bench.endpoint)).registrationDate, registrationDate);
  },

  "1.1-int-105": async (bench) => {
    const { wire, leshan } = await bench.atLeshan();
    await leshan.write("/1/0/1", single(1, "integer", 8));
    const first = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update");
    assert.deepEqual(queryOf(first.message), ["lt=8"]);
    const { registration } = await leshan.updated();
    await forgetRegistration(bench, registration.registrationId);
    await leshan.deregistered();
    await wire.passed.waitFor(isRequest(Method.POST, "/rd"), "first Register");
    const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update that comes too late");
    assert.equal((await statusOf(wire, message)).code, Code.NotFound);
    await wire.passed.waitFor(isRequest(Method.POST, "/rd"), "Register again");
    const again = await leshan.registered();
    assert.notEqual(again.registrationId, registration.registrationId);
  },

  "1.1-int-107": async (bench) => {
    const { wire, leshan } = await bench.atLeshan({ server: { lifetime: 60 } });
    const register = await wire.passed.waitFor(isRequest(Method.POST, "/rd"), "Register");
    assert.ok(queryOf(register.message).includes("lt=60"));
    await leshan.write("/1/0/1", single(1, "integer", 120));
    const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update");
    assert.deepEqual(queryOf(message), ["lt=120"]);
    assert.equal((await statusOf(wire, message)).code, Code.Changed);
    assert.equal((await leshan.rest.registration(bench.endpoint)).lifetime, 120);
  },

  "1.1-int-108": async (bench) => {
    const { wire, leshan } = await bench.startAtLeshan({ server: { binding: "UQ" } });
    const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/rd"), "Register");
    assert.deepEqual(queryOf(message).slice(-2), ["b=U", "Q"]);
    assert.equal((await leshan.registered()).queuemode, true);
  },

  "1.1-int-109": async (bench) => {
    const { wire, leshan } = await bench.atLeshan({ server: { binding: "UQ" } });
    const lifetime = 4 * awakeSeconds;
    await leshan.write("/1/0/1", single(1, "integer", lifetime));
    const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update");
    assert.deepEqual(queryOf(message), [`lt=${lifetime}`]);
    await leshan.events.waitFor("SLEEPING");
    bench.trace.note("the device is taken to be asleep");
    // Leshan says AWAKE at each message: those that came before the sleep are no news.
    for (const { name } of [...leshan.events.log.unread()]) if (name === "AWAKE") await leshan.events.waitFor("AWAKE");
    await assert.rejects(leshan.read("/1/0/1"), "a Read while it sleeps");
    assert.ok(!wire.passed.unread().some(isRequest(Method.GET, "/1/0/1", "server")), "nothing is sent meanwhile");
    await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update at the wake-up");
    await leshan.events.waitFor("AWAKE");
    assert.deepEqual(await leshan.read("/1/0/1"), { "/1/0/1": String(lifetime) });
  },
};
