import assert from "node:assert/strict";
import { test } from "node:test";
import { Code } from "../../../src/coap/message.ts";
import { DtlsError } from "../../../src/dtls/dtls-error.ts";
import type { ServerSettings } from "../../../src/lwm2m/objects/server-instance.ts";
import type { ServerAccountOptions } from "../../../src/lwm2m/server-account.ts";
import { BenchAccount, timeout } from "../bench-account.ts";

const rules = { retryCount: 2, retryTimer: 10, sequenceDelay: 100, sequenceCount: 2 };

function benchWith(settings: Partial<ServerSettings>, options: Partial<ServerAccountOptions> = {}): BenchAccount {
  const bench = new BenchAccount({ retryJitter: 0, ...options });
  bench.device.server.replace({ ...bench.device.server.settings, ...settings });
  return bench;
}

/** Seconds from now at which a connection is tried. */
async function attempts(bench: BenchAccount, seconds: number): Promise<number[]> {
  const times: number[] = [];
  for (let second = 0; second < seconds; second++) {
    if (bench.server.take().some((line) => line.startsWith("connect"))) times.push(second);
    await bench.advance(1);
  }
  return times;
}

const alert = (code: number) => new DtlsError("ALERT_RECEIVED", "test", { alert: code });

test("the retry resources are used up to the letter, given-up is said once, and resume begins anew", async () => {
  const bench = benchWith(rules);
  bench.server.connects.push(...Array.from({ length: 8 }, timeout));
  await bench.started();
  assert.deepEqual(await attempts(bench, 2000), [0, 10, 110, 120]);
  assert.equal(bench.account.status.state, "given-up");
  assert.equal(bench.account.status.nextAttemptAt, undefined);
  assert.equal(bench.account.status.lastError?.message, "no answer");
  assert.equal(bench.types().filter((type) => type === "given-up").length, 1);
  assert.equal(bench.logged.filter((line) => line.startsWith("warn: registration failed")).length, 1);
  bench.account.resume("a day has passed");
  await bench.advance(0);
  assert.equal(bench.account.status.reason, "no answer");
  assert.deepEqual(await attempts(bench, 2000), [0, 10, 110, 120]);
  bench.account.reconnect("a person asks");
  await bench.advance(0);
  assert.equal(bench.account.status.state, "registered");
  await bench.account.stop();
});

test("resume changes nothing while attempts are left or the account is registered", async () => {
  const bench = benchWith(rules);
  bench.server.connects.push(timeout());
  await bench.started();
  bench.account.resume("too early");
  assert.deepEqual(await attempts(bench, 50), [0, 10]);
  bench.account.resume("too late");
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), []);
});

test("stop and offline work when all attempts are used up", async () => {
  for (const leave of ["stop", "offline"] as const) {
    const bench = benchWith({ retryCount: 1, sequenceCount: 1 });
    bench.server.connects.push(timeout());
    await bench.started();
    assert.equal(bench.account.status.state, "given-up");
    if (leave === "offline") bench.account.goOffline("test");
    await bench.advance(0);
    assert.equal(bench.account.status.state, leave === "offline" ? "offline" : "given-up");
    await bench.account.stop();
    assert.equal(bench.account.status.state, "stopped");
    assert.equal(bench.device.time.armed, 0);
  }
});

test("a registration that has lasted makes the attempts whole again, one that has not does not", async () => {
  const bench = benchWith({ ...rules, retryCount: 3, sequenceCount: 1 });
  bench.server.connects.push(timeout(), timeout());
  await bench.started();
  await bench.advance(30);
  assert.equal(bench.account.status.state, "registered");
  bench.server.association.lose(timeout());
  await bench.advance(0);
  assert.equal(bench.account.status.state, "given-up", "the third failure");
  bench.account.resume("test");
  await bench.advance(61);
  bench.server.association.lose(timeout());
  bench.server.connects.push(timeout());
  await bench.advance(0);
  assert.equal(bench.account.status.state, "waiting");
  await bench.account.stop();
});

test("an explicit rejection gives up at once where there is a bootstrap server to ask, and only there", async () => {
  const table = [
    [Code.Forbidden, true, undefined, "given-up"],
    [Code.BadRequest, true, true, "given-up"],
    [Code.Forbidden, true, false, "waiting"],
    [Code.Forbidden, false, true, "waiting"],
    [Code.InternalServerError, true, true, "waiting"],
  ] as const;
  for (const [code, canBootstrap, onFailure, state] of table) {
    const settings = onFailure !== undefined && { bootstrapOnRegistrationFailure: onFailure };
    const bench = benchWith({ ...rules, ...settings }, { canBootstrap: () => canBootstrap });
    bench.server.answers.push({ code });
    await bench.started();
    assert.equal(bench.account.status.state, state, `${code} ${canBootstrap} ${onFailure}`);
    await bench.account.stop();
  }
});

test("a received alert is noted in /1/x/11, and a final one is believed the second time", async () => {
  const bench = benchWith(rules);
  bench.server.connects.push(alert(40), alert(48), alert(48));
  await bench.started();
  assert.equal(bench.device.server.settings.alertCode, 40);
  assert.deepEqual(await attempts(bench, 300), [0, 10, 110]);
  assert.equal(bench.device.server.settings.alertCode, 48);
  assert.equal(bench.account.status.state, "given-up");
  await bench.account.stop();
});

test("without retry resources or a bootstrap server final alerts are tried again with back-off", async () => {
  const bench = benchWith({});
  bench.server.connects.push(alert(48), alert(48), alert(48));
  await bench.started();
  await bench.advance(14);
  assert.equal(bench.account.status.state, "registered");
});

test("an alert that ends an association is noted as well", async () => {
  const bench = await benchWith({}).started();
  bench.server.association.lose(alert(20));
  await bench.advance(0);
  assert.equal(bench.device.server.settings.alertCode, 20);
  await bench.account.stop();
});

test("before every attempt and Update it is asked whether the account is about to change", async () => {
  const asked: string[] = [];
  let allow = true;
  const bench = new BenchAccount({
    beforeContact: async () => {
      asked.push(bench.account.status.state);
      return allow;
    },
  });
  await bench.started();
  await bench.advance(207);
  assert.deepEqual(asked.splice(0), ["connecting", "updating"]);
  bench.server.take();
  allow = false;
  await bench.advance(207);
  assert.deepEqual(asked.splice(0), ["updating"]);
  assert.deepEqual(bench.server.take(), [], "nothing is sent");
  allow = true;
  await bench.advance(60);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1"], "asked again after a minute");
  allow = false;
  await bench.advance(207);
  await bench.account.stop();
  assert.equal(bench.account.status.state, "stopped");
  assert.equal(bench.device.time.armed, 0);
});

test("LwM2M 1.2 sends a profile id instead of the objects, and the objects when the server does not know it", async () => {
  const bench = new BenchAccount({ version: "1.2", profileId: "p1" });
  bench.server.answers.push({ code: Code.Conflict });
  await bench.started();
  const register = "POST /rd?lwm2m=1.2&ep=dev1&lt=300&b=U";
  assert.deepEqual(bench.server.take(), ["connect", `${register}&pid=p1`, register]);
  assert.equal(bench.server.payloads[0], "");
  assert.match(bench.server.payloads[1] ?? "", /<\/3\/0>/);
  const old = await new BenchAccount({ version: "1.1", profileId: "p1" }).started();
  assert.deepEqual(old.server.take(), ["connect", "POST /rd?lwm2m=1.1&ep=dev1&lt=300&b=U"]);
});
