import assert from "node:assert/strict";
import { test } from "node:test";
import { Code } from "../../src/coap/message.ts";
import { ContentFormat } from "../../src/formats/content-format.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { BenchAccount, timeout } from "./bench-account.ts";

const REGISTER = "POST /rd?lwm2m=1.1&ep=dev1&lt=300&b=U";
const LINKS = '</>;rt="oma.lwm2m";ct="60 110 112 11542",</1/0>,</3/0>,</33000>;ver=1.1,</33000/0>';

test("start connects and registers with version, name, lifetime, binding and the list of objects", async () => {
  const bench = await new BenchAccount().started();
  assert.deepEqual(bench.server.take(), ["connect", REGISTER]);
  assert.deepEqual(bench.server.payloads, [LINKS]);
  const { status } = bench.account;
  assert.equal(status.state, "registered");
  assert.deepEqual(status.location, ["rd", "r1"]);
  assert.equal(status.nextUpdateAt, 1_000_000 + 207_000);
  assert.deepEqual(
    bench.events.find(({ type }) => type === "registered"),
    {
      type: "registered",
      reason: "association established",
      location: ["rd", "r1"],
      version: "1.1",
      milliseconds: 0,
      traffic: { bytesSent: 50, bytesReceived: 10 },
    },
  );
});

test("Update goes out 93 seconds before the lifetime ends, without parameters when nothing changed", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  await bench.advance(206.9);
  assert.deepEqual(bench.server.take(), []);
  await bench.advance(0.1);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1"]);
  assert.equal(bench.server.payloads.at(-1), "");
  await bench.advance(24 * 3600);
  assert.equal(bench.server.take().length, Math.floor((24 * 3600) / 207));
});

test("a short lifetime is half used up before the Update, and lifetime 0 needs none", async () => {
  for (const [lifetime, updates] of [
    [20, 10],
    [185, 1],
    [186, 1],
    [0, 0],
  ] as const) {
    const bench = new BenchAccount();
    bench.device.server.replace({ ...bench.device.server.settings, lifetime });
    await bench.started();
    bench.server.take();
    await bench.advance(100);
    assert.equal(bench.server.take().length, updates, String(lifetime));
    await bench.account.stop();
  }
});

test("stop de-registers and closes, and start begins anew", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  await bench.account.stop();
  assert.deepEqual(bench.server.take(), ["DELETE /rd/r1", "close"]);
  assert.equal(bench.account.status.state, "stopped");
  assert.deepEqual(bench.types().slice(-2), ["deregistered", "stopped"]);
  assert.equal(bench.device.time.armed, 0);
  await bench.started();
  assert.deepEqual(bench.server.take(), ["connect", REGISTER]);
});

test("stop does not wait for a dead server longer than five seconds", async () => {
  const bench = await new BenchAccount().started();
  bench.server.answers.push("never");
  const stopped = bench.account.stop();
  await bench.advance(5);
  await stopped;
  assert.equal(bench.account.status.state, "stopped");
  assert.ok(bench.logged.includes("warn: de-registration was not confirmed"));
});

test("stop works in every state", async () => {
  const early = new BenchAccount();
  await early.account.stop();
  const connecting = new BenchAccount();
  connecting.server.connects.push("never");
  await connecting.started();
  const registering = new BenchAccount();
  registering.server.answers.push("never");
  await registering.started();
  const waiting = new BenchAccount();
  waiting.server.connects.push(timeout());
  await waiting.started();
  const refused = new BenchAccount();
  refused.server.answers.push({ code: Code.Forbidden });
  await refused.started();
  const updating = await new BenchAccount().started();
  updating.server.answers.push("never");
  await updating.advance(207);
  assert.equal(updating.account.status.state, "updating");
  const disabled = await new BenchAccount().started();
  await disabled.server.association.ask("POST", "/1/0/4");
  await disabled.advance(1);
  for (const bench of [connecting, registering, waiting, refused, updating, disabled]) {
    const stopped = bench.account.stop();
    await bench.advance(0);
    await stopped;
    assert.equal(bench.account.status.state, "stopped");
    assert.equal(bench.types().at(-1), "stopped");
    assert.equal(bench.device.time.armed, 0);
  }
});

test("a server that cannot be reached is tried again with back-off, and said once in the log", async () => {
  const bench = new BenchAccount();
  bench.server.connects.push(
    timeout(),
    timeout(),
    timeout(),
    new CodedError("NAME_NOT_FOUND", "no such name"),
    timeout(),
  );
  await bench.started();
  assert.equal(bench.account.status.state, "waiting");
  assert.equal(bench.account.status.nextAttemptAt, 1_000_000 + 2000);
  const times: number[] = [];
  bench.server.take();
  for (let second = 0; second < 80; second++) {
    await bench.advance(1);
    if (bench.server.take().some((line) => line.startsWith("connect"))) times.push(second + 1);
  }
  assert.deepEqual(times, [2, 6, 14, 30, 62]);
  assert.equal(bench.account.status.state, "registered");
  assert.equal(bench.account.status.lastError, undefined);
  const loud = bench.logged.filter((line) => line.startsWith("warn"));
  assert.equal(loud.length, 3, "time-out, name, time-out again");
  await bench.account.stop();
});

test("a Register that is not answered leads to a new association", async () => {
  const bench = new BenchAccount();
  bench.server.answers.push(timeout());
  await bench.started();
  assert.deepEqual(bench.server.take(), ["connect", REGISTER, "close"]);
  await bench.advance(2);
  assert.deepEqual(bench.server.take(), ["connect", REGISTER]);
});

test("a Register that is refused is repeated over the same association, with the server's words in the log", async () => {
  const bench = new BenchAccount();
  bench.server.answers.push(
    { code: Code.Forbidden, payload: new TextEncoder().encode("who are you?") },
    { code: Code.BadRequest },
  );
  await bench.started();
  assert.match(bench.account.status.lastError?.message ?? "", /4\.03: "who are you\?"/);
  await bench.advance(6);
  assert.deepEqual(bench.server.take(), ["connect", REGISTER, REGISTER, REGISTER]);
  assert.equal(bench.account.status.state, "registered");
});

test("a refused Register whose association closes meanwhile is repeated over a new one", async () => {
  const bench = new BenchAccount();
  bench.server.answers.push({ code: Code.Forbidden });
  await bench.started();
  bench.server.association.lose();
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["connect", REGISTER], "not before the pause is over");
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["connect", REGISTER]);
});

test("a server that closes the association at each Register is not hammered", async () => {
  const bench = new BenchAccount();
  for (let i = 0; i < 20; i++) bench.server.answers.push("closes");
  await bench.started();
  await bench.advance(61);
  assert.equal(bench.server.take().filter((line) => line === "connect").length, 5);
  await bench.account.stop();
});

test("a Register without a Location-Path is refused", async () => {
  const bench = new BenchAccount();
  bench.server.answers.push({ code: Code.Created });
  await bench.started();
  assert.match(bench.account.status.reason, /without a Location-Path/);
});

test("4.12 makes us try the next older version at once, and stay with it", async () => {
  const bench = new BenchAccount({ version: "1.2" });
  bench.server.answers.push({ code: Code.PreconditionFailed }, { code: Code.PreconditionFailed });
  await bench.started();
  assert.deepEqual(bench.server.take(), [
    "connect",
    "POST /rd?lwm2m=1.2&ep=dev1&lt=300&b=U",
    "POST /rd?lwm2m=1.1&ep=dev1&lt=300&b=U",
    "POST /rd?lwm2m=1.0&ep=dev1&lt=300&b=U",
  ]);
  assert.equal(
    bench.server.payloads.at(-1),
    '</>;rt="oma.lwm2m",</1>;ver=1.1,</1/0>,</3>;ver=1.1,</3/0>,</33000>;ver=1.1,</33000/0>',
  );
  bench.server.answers.push({ code: Code.NotFound });
  await bench.advance(207);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1", "POST /rd?lwm2m=1.0&ep=dev1&lt=300&b=U"]);
});

test("queue mode is a letter of the binding in 1.0 and a parameter of its own from 1.1 on", async () => {
  for (const [version, query] of [
    ["1.0", "b=UQ"],
    ["1.1", "b=U&Q"],
  ] as const) {
    const bench = new BenchAccount({ version });
    bench.device.server.replace({ ...bench.device.server.settings, binding: "UQ" });
    await bench.started();
    assert.ok(bench.server.log[1]?.endsWith(query), bench.server.log[1]);
  }
});

test("path and query of the server URI precede ours", async () => {
  const bench = await new BenchAccount({ uriPath: ["some", "path"], uriQuery: ["x=y"] }).started();
  assert.equal(bench.server.log[1], "POST /some/path/rd?x=y&lwm2m=1.1&ep=dev1&lt=300&b=U");
});

test("the location goes back as the list that came, whatever is inside a segment", async () => {
  const bench = new BenchAccount();
  bench.server.answers.push({ code: Code.Created, locationPath: ["rd/odd", "x"] });
  await bench.started();
  assert.deepEqual(bench.account.status.location, ["rd/odd", "x"]);
  await bench.account.stop();
  assert.deepEqual(bench.server.log.slice(-2), ["DELETE /rd/odd/x", "close"]);
});

test("a changed lifetime or binding is told at once, and nothing else with it", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  const written = await bench.server.association.ask("PUT", "/1/0/1", {
    contentFormat: ContentFormat.text,
    payload: "600",
  });
  assert.equal(written.code, Code.Changed);
  assert.deepEqual(bench.server.take(), [], "the answer goes first");
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1?lt=600"]);
  assert.equal(bench.server.payloads.at(-1), "");
  await bench.server.association.ask("PUT", "/1/0/7", { contentFormat: ContentFormat.text, payload: "UT" });
  await bench.server.association.ask("PUT", "/1/0/2", { contentFormat: ContentFormat.text, payload: "5" });
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1?b=UT"]);
  await bench.advance(506);
  assert.deepEqual(bench.server.take(), []);
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1"]);
});

test("instances that come or go are told at once with the whole list, several in one Update", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  bench.device.testObject.addInstance(1);
  bench.device.testObject.addInstance(2);
  bench.device.testObject.removeInstance(0);
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1"]);
  assert.equal(bench.server.payloads.at(-1), LINKS.replace("</33000/0>", "</33000/1>,</33000/2>"));
  bench.device.model.remove(33000);
  await bench.advance(1);
  assert.equal(bench.server.payloads.at(-1), '</>;rt="oma.lwm2m";ct="60 110 112 11542",</1/0>,</3/0>');
});

test("Registration Update Trigger sends an Update after its answer", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  const { code } = await bench.server.association.ask("POST", "/1/0/8");
  assert.equal(code, Code.Changed);
  assert.deepEqual(bench.server.take(), []);
  await bench.advance(1);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1"]);
});

test("Disable de-registers, stays silent for the Disable Timeout, and registers again", async () => {
  const bench = await new BenchAccount().started();
  bench.device.server.replace({ ...bench.device.server.settings, disableTimeout: 30 });
  bench.server.take();
  bench.types();
  await bench.server.association.ask("POST", "/1/0/4");
  await bench.advance(29);
  assert.deepEqual(bench.server.take(), ["DELETE /rd/r1", "close"]);
  assert.equal(bench.account.status.state, "disabled");
  await bench.advance(2);
  assert.deepEqual(bench.server.take(), ["connect", REGISTER]);
  assert.deepEqual(bench.types(), ["deregistered", "disabled", "connecting", "connected", "registered"]);
});

test("an Update that is answered 4.04, or refused otherwise, leads to Register over the same association", async () => {
  for (const code of [Code.NotFound, Code.BadRequest, Code.InternalServerError]) {
    const bench = await new BenchAccount().started();
    bench.server.take();
    bench.server.answers.push({ code });
    await bench.advance(207);
    assert.deepEqual(bench.server.take(), ["POST /rd/r1", REGISTER]);
    assert.deepEqual(bench.account.status.location, ["rd", "r2"]);
    await bench.account.stop();
  }
});

test("an Update that is not answered leads to a new association and Register", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  bench.server.answers.push(timeout());
  await bench.advance(207);
  assert.deepEqual(bench.server.take(), ["POST /rd/r1", "close", "connect", REGISTER]);
});

test("a lost association is made again at once when it had lasted, with back-off when it had not", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  await bench.advance(61);
  bench.server.association.lose(timeout());
  await bench.advance(0);
  assert.deepEqual(bench.server.take(), ["connect", REGISTER]);
  const connects: number[] = [];
  for (let second = 0; second < 62; second++) {
    bench.server.association.lose(timeout());
    await bench.advance(1);
    if (bench.server.take().includes("connect")) connects.push(second + 1);
  }
  assert.deepEqual(connects, [2, 6, 14, 30, 62]);
  await bench.account.stop();
});

test("reconnect makes a new association at once, also out of a pause", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  bench.account.reconnect("the network changed");
  await bench.advance(0);
  assert.deepEqual(bench.server.take(), ["close", "connect", REGISTER]);
  bench.server.connects.push(timeout());
  bench.account.reconnect("the network changed");
  await bench.advance(1);
  bench.server.take();
  assert.equal(bench.account.status.state, "waiting");
  bench.account.reconnect("the network is back");
  await bench.advance(0);
  assert.deepEqual(bench.server.take(), ["connect", REGISTER]);
});

test("a request that overtakes the answer to Register waits for it", async () => {
  const bench = new BenchAccount();
  let accept = (): void => {};
  bench.server.answers.push(
    new Promise((resolve) => {
      accept = () => resolve({ code: Code.Created, locationPath: ["rd", "late"] });
    }),
  );
  await bench.started();
  const early = bench.server.association.ask("GET", "/3/0/0");
  const codes: number[] = [];
  void early.then(({ code }) => codes.push(code));
  await bench.advance(1);
  assert.deepEqual(codes, []);
  accept();
  await bench.advance(0);
  assert.deepEqual(codes, [Code.Content]);
});

test("a request over an association that never comes to register is answered 5.03", async () => {
  const bench = new BenchAccount();
  bench.server.answers.push({ code: Code.Forbidden });
  await bench.started();
  const early = bench.server.association.ask("GET", "/3/0/0");
  bench.account.reconnect("test");
  bench.server.connects.push(timeout());
  await bench.advance(0);
  assert.equal((await early).code, Code.ServiceUnavailable);
  await bench.advance(4);
  assert.equal((await bench.server.association.ask("GET", "/3/0/0")).code, Code.Content);
});

test("more than sixteen requests before Register are not kept", async () => {
  const bench = new BenchAccount();
  bench.server.answers.push("never");
  await bench.started();
  const codes: number[] = [];
  for (let i = 0; i < 20; i++) void bench.server.association.ask("GET", "/3/0/0").then(({ code }) => codes.push(code));
  await bench.advance(0);
  assert.deepEqual(codes, Array(4).fill(Code.ServiceUnavailable));
  await bench.account.stop();
});

test("attributes that a server attached survive a new registration, those of a deleted instance do not", async () => {
  const bench = await new BenchAccount().started();
  await bench.server.association.ask("PUT", "/3", { query: ["pmin=7"] });
  await bench.server.association.ask("PUT", "/33000/0", { query: ["pmin=9"] });
  bench.server.association.lose(timeout());
  await bench.advance(3);
  const links = await bench.server.association.ask("GET", "/3/0/0", { accept: ContentFormat.linkFormat });
  assert.equal(new TextDecoder().decode(links.payload), "</3/0/0>;pmin=7");
  bench.device.testObject.removeInstance(0);
  bench.device.testObject.addInstance(0);
  const gone = await bench.server.association.ask("GET", "/33000/0/0", { accept: ContentFormat.linkFormat });
  assert.equal(new TextDecoder().decode(gone.payload), "</33000/0/0>");
});

test("a listener that throws does not disturb the account", async () => {
  const bench = new BenchAccount({
    onEvent: () => {
      throw new Error("listener");
    },
  });
  await bench.started();
  assert.equal(bench.account.status.state, "registered");
  assert.ok(bench.logged.includes("error: a listener for account events threw"));
  await bench.account.stop();
});

test("an association that comes too late for a stop is closed again without a Register", async () => {
  const bench = new BenchAccount();
  const { connect } = bench.server;
  bench.server.connect = async (handle, signal) => {
    await new Promise<void>((resolve) => void bench.device.time.schedule(1000, resolve));
    return connect.call(bench.server, handle, signal);
  };
  await bench.started();
  const stopped = bench.account.stop();
  await bench.advance(2);
  await stopped;
  assert.equal(bench.account.status.state, "stopped");
  assert.equal(bench.server.association.closed, true);
  assert.ok(!bench.server.log.some((line) => line.startsWith("DELETE")));
});
