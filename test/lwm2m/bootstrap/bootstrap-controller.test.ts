import assert from "node:assert/strict";
import { test } from "node:test";
import { noConfiguration } from "../../../src/lwm2m/bootstrap/configuration.ts";
import type { FileObject } from "../../../src/sandbox/bootstrap-file.ts";
import { packPayload, provisioningSteps } from "../../../src/sandbox/bootstrap-step.ts";
import {
  booleanValue,
  bootstrapSecurity,
  configuration,
  integerValue,
  plainSecurity,
  server,
} from "./bootstrap-bench.ts";
import { ControllerBench } from "./controller-bench.ts";

const factory = configuration({ 0: { 0: bootstrapSecurity("coap://bs.example/x?y=1", { 11: integerValue(20) }) } });
const working = configuration({ 0: { 0: bootstrapSecurity(), 1: plainSecurity(101) }, 1: { 0: server(101) } });
const before = ["/0/0 coap://bs.example:5683", "/0/1 coap://dm101.example", "/1/0 101 300"];

function accountOf(id: number, lifetime = 60): FileObject[] {
  return [
    { id: 0, instances: { 1: { 0: `coap://dm${id}.example`, 1: false, 2: 3, 10: id } } },
    { id: 1, instances: { 0: { 0: id, 1: lifetime, 6: true, 7: "U" } } },
  ];
}

const good = { session: provisioningSteps(accountOf(102)) };
const after = ["/0/0 coap://bs.example:5683", "/0/1 coap://dm102.example", "/1/0 102 60"];
const unfinished = { session: provisioningSteps(accountOf(102)).slice(0, -1) };

test("a device with a bootstrap account alone holds off, bootstraps and goes on to registration", async () => {
  const bench = new ControllerBench(noConfiguration, { factory });
  bench.plan = good;
  await bench.started();
  assert.deepEqual(bench.states(), ["reading-card", "using-factory", "holding-off"]);
  assert.equal(bench.controller.status.nextAttemptAt, bench.device.time.now() + 20_000);
  await bench.advance(19);
  assert.deepEqual(bench.log, []);
  await bench.advance(10);
  assert.deepEqual(bench.states(), ["bootstrapping", "registering"]);
  assert.deepEqual(bench.log, [
    "POST /x/bs?y=1&ep=dev1&pct=112",
    "delete /0 2.02",
    "delete /1 2.02",
    "write /0/1 2.04",
    "write /1/0 2.04",
    "finish 2.04",
  ]);
  const [first, second] = bench.take("accounts");
  assert.deepEqual(first?.accounts.servers, []);
  assert.deepEqual(
    second?.accounts.servers.map(({ shortServerId, lifetime }) => [shortServerId, lifetime]),
    [[102, 60]],
  );
  assert.equal(bench.take("bootstrapped")[0]?.way, "session");
});

test("the time of the last bootstrap is kept on the server accounts that it touched (/1/x/12)", async () => {
  const bench = new ControllerBench(working);
  bench.plan = good;
  await bench.started();
  assert.equal(await bench.controller.triggerBootstrap("asked"), true);
  await bench.advance(10);
  assert.deepEqual(bench.device.server.content().get(0)?.get(12), { type: "time", value: 1000n });
});

test("server accounts that are there are used, and nobody is asked for others", async () => {
  const bench = await new ControllerBench(working, { factory }).started();
  assert.deepEqual(bench.states(), ["reading-card", "registering"]);
  assert.deepEqual(
    bench.take("accounts").map(({ accounts }) => accounts.servers.length),
    [1],
  );
  await bench.advance(86_400);
  assert.deepEqual(bench.connectedTo, []);
});

test("a device with nothing is unconfigured and says so", async () => {
  const bench = await new ControllerBench(noConfiguration).started();
  assert.deepEqual(bench.states(), ["reading-card", "using-factory", "unconfigured"]);
  assert.equal(bench.controller.status.reason, "no account and no factory data");
  assert.equal(await bench.controller.triggerBootstrap("asked"), false);
  await bench.controller.stop();
  assert.equal(bench.device.time.armed, 0);
});

test("factory data that is not usable is refused as a whole", async () => {
  const broken = configuration({ 0: { 1: plainSecurity(101) } });
  const bench = await new ControllerBench(noConfiguration, { factory: broken }).started();
  assert.deepEqual(bench.device.accounts(), []);
  assert.match(bench.controller.status.reason, /the factory data: \/0\/1: no Server instance/);
});

test("registration that failed bootstraps when /1/x/16 says so, and then only", async () => {
  for (const [flag, expected] of [
    [undefined, ["holding-off", "bootstrapping", "registering"]],
    [true, ["holding-off", "bootstrapping", "registering"]],
    [false, []],
  ] as const) {
    const more = flag === undefined ? {} : { 16: booleanValue(flag) };
    const bench = new ControllerBench(
      configuration({ 0: { 0: bootstrapSecurity(), 1: plainSecurity(101) }, 1: { 0: server(101, more) } }),
    );
    bench.plan = good;
    await bench.started();
    bench.states();
    bench.controller.registrationFailed(101, "all retries used");
    await bench.advance(10);
    assert.deepEqual(bench.states(), expected, String(flag));
    assert.deepEqual(bench.device.accounts(), expected.length > 0 ? after : before);
    await bench.advance(86_400);
    assert.equal(bench.take("resume").length, flag === false ? 1 : 0);
  }
});

test("without a bootstrap account a failed registration is tried again after 23 hours at most", async () => {
  const bench = await new ControllerBench(
    configuration({ 0: { 1: plainSecurity(101) }, 1: { 0: server(101) } }),
  ).started();
  bench.controller.registrationFailed(101, "all retries used");
  await bench.advance(23 * 3600 - 1);
  assert.equal(bench.take("resume").length, 0);
  await bench.advance(1);
  assert.equal(bench.take("resume").length, 1);
  assert.equal(bench.controller.status.state, "registering");
});

test("while both servers are away the account is kept, tried again after each bootstrap that fails, and used when back", async () => {
  const bench = await new ControllerBench(working).started();
  bench.unreachable = true;
  bench.controller.registrationFailed(101, "no answer");
  await bench.advance(24 * 3600);
  const attempts = bench.connectedTo.length;
  // 10 s, 20 s, ... up to an hour: about one an hour over a day.
  assert.ok(attempts > 24 && attempts < 40, String(attempts));
  assert.equal(bench.take("resume").length, attempts);
  assert.deepEqual(bench.device.accounts(), before);
  assert.equal(bench.saves.length, 0);
  bench.controller.registered(101);
  assert.equal(bench.controller.status.state, "registering");
  await bench.advance(24 * 3600);
  assert.equal(bench.connectedTo.length, attempts);
});

test("a server that comes back while bootstrap is under way ends the back-off when that fails", async () => {
  const bench = await new ControllerBench(working).started();
  bench.plan = unfinished;
  bench.controller.registrationFailed(101, "no answer");
  await bench.advance(60);
  assert.equal(bench.controller.status.state, "bootstrapping");
  bench.controller.registered(101);
  await bench.advance(300);
  assert.equal(bench.controller.status.state, "registering");
  assert.match(bench.controller.status.reason, /the servers are back/);
  assert.deepEqual(bench.device.accounts(), before);
});

test("a bootstrap that was triggered starts at once, needs an account to go to, and is not started twice", async () => {
  const bench = await new ControllerBench(working).started();
  bench.plan = good;
  assert.equal(await bench.controller.triggerBootstrap("asked for by server 101"), true);
  assert.equal(await bench.controller.triggerBootstrap("again"), false);
  await bench.advance(5);
  assert.deepEqual(bench.device.accounts(), after);
  assert.equal(bench.log.filter((line) => line.startsWith("POST")).length, 1);
});

test("a trigger before the card was read is ignored", async () => {
  const bench = new ControllerBench(working, { readCard: () => new Promise(() => {}) });
  await bench.started();
  assert.equal(bench.controller.status.state, "reading-card");
  assert.equal(await bench.controller.triggerBootstrap("too early"), false);
});

test("to stop during a session leaves everything as it was", async () => {
  const bench = await new ControllerBench(working).started();
  bench.plan = unfinished;
  await bench.controller.triggerBootstrap("asked");
  await bench.advance(5);
  assert.ok(bench.log.includes("delete /0 2.02"));
  await bench.controller.stop();
  assert.deepEqual(bench.device.accounts(), before);
  assert.equal(bench.controller.status.state, "stopped");
  bench.controller.start();
  await bench.advance(0);
  assert.equal(bench.controller.status.state, "registering");
});

test("what cannot be saved is not put to use", async () => {
  const bench = await new ControllerBench(working).started();
  bench.plan = good;
  bench.failSave = new Error("disk full");
  await bench.controller.triggerBootstrap("asked");
  await bench.advance(5);
  assert.ok(bench.log.includes("finish 5.00"));
  assert.deepEqual(bench.device.accounts(), before);
});

test("/0/x/12: the bootstrap account goes after its time, also over a restart, and registration goes on", async () => {
  for (const restart of [false, true]) {
    const bench = await new ControllerBench(
      configuration({ 0: { 0: bootstrapSecurity("coap://bs.example:5683", { 12: integerValue(3600) }) } }),
    ).started();
    bench.plan = good;
    await bench.advance(10);
    assert.deepEqual(bench.device.accounts(), after);
    if (restart) {
      await bench.controller.stop();
      await bench.advance(1800);
      bench.restarted();
      await bench.started();
      await bench.advance(1780);
    } else await bench.advance(3580);
    assert.deepEqual(bench.device.accounts(), after);
    await bench.advance(30);
    assert.deepEqual(bench.device.accounts(), after.slice(1), String(restart));
    assert.equal(bench.take("accounts").at(-1)?.accounts.bootstrap, undefined);
    assert.equal(bench.controller.status.state, "registering");
  }
});

test("the bootstrap account's end is not in the middle of a bootstrap, and a wait for one ends with it", async () => {
  const timed = configuration({
    0: { 0: bootstrapSecurity("coap://bs.example:5683", { 12: integerValue(100) }), 1: plainSecurity(101) },
    1: { 0: server(101) },
  });
  const bench = await new ControllerBench(timed, { saved: { bootstrapAccountEndsAt: 1100 } }).started();
  bench.plan = unfinished;
  bench.controller.registrationFailed(101, "no answer");
  await bench.advance(150);
  assert.deepEqual(bench.device.accounts(), before);
  bench.unreachable = true;
  await bench.advance(250);
  assert.deepEqual(bench.device.accounts(), before.slice(1));
  assert.equal(bench.controller.status.state, "registering");
});

test("a bootstrap that succeeds while the account's end is due gives the account its whole time anew", async () => {
  const timed = configuration({
    0: { 0: bootstrapSecurity("coap://bs.example:5683", { 12: integerValue(100) }), 1: plainSecurity(101) },
    1: { 0: server(101) },
  });
  const bench = await new ControllerBench(timed, { saved: { bootstrapAccountEndsAt: 1100 } }).started();
  const { session } = good;
  bench.plan = { session: [...session.slice(0, -1), { type: "wait", milliseconds: 150_000 }, ...session.slice(-1)] };
  await bench.controller.triggerBootstrap("asked");
  await bench.advance(240);
  assert.deepEqual(bench.device.accounts(), after);
  await bench.advance(20);
  assert.deepEqual(bench.device.accounts(), after.slice(1));
});

test("a lost association ends the session at once, with the reason", async () => {
  const bench = await new ControllerBench(working).started();
  bench.plan = unfinished;
  await bench.controller.triggerBootstrap("asked");
  await bench.advance(60);
  assert.equal(bench.controller.status.state, "bootstrapping");
  bench.loseNetwork();
  await bench.advance(0);
  assert.equal(bench.controller.status.state, "backing-off");
  assert.equal(bench.controller.status.reason, "bootstrap session without effect: association lost: the peer is lost");
  assert.deepEqual(bench.device.accounts(), before);
});

test("1.2: a pack replaces the objects that it names, needs no Finish, and keeps the bootstrap account", async () => {
  const bench = new ControllerBench(working, { version: "1.2" });
  bench.plan = { pack: packPayload(accountOf(102)) };
  await bench.started();
  await bench.controller.triggerBootstrap("asked");
  await bench.advance(5);
  assert.deepEqual(bench.log, ["GET /bspack?ep=dev1"]);
  assert.deepEqual(bench.device.accounts(), after);
  assert.equal(bench.take("bootstrapped")[0]?.way, "pack");
});

test("1.2: a server instance of the pack may have the bootstrap account's id; that account moves", async () => {
  const bench = new ControllerBench(working, { version: "1.2" });
  const [, serverObject = assert.fail()] = accountOf(102);
  bench.plan = {
    pack: packPayload([
      { id: 0, instances: { 0: { 0: "coap://dm102.example", 1: false, 2: 3, 10: 102 } } },
      serverObject,
    ]),
  };
  await bench.started();
  await bench.controller.triggerBootstrap("asked");
  await bench.advance(5);
  assert.deepEqual(bench.device.accounts(), [
    "/0/0 coap://dm102.example",
    "/0/1 coap://bs.example:5683",
    "/1/0 102 60",
  ]);
});

test("blocks, loss, duplicates and disorder: keys of several kilobytes arrive whole, in 12 sessions", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const bench = new ControllerBench(working, {}, seed);
    bench.weather = { loss: 0.15, duplication: 0.15, minDelayMs: 5, maxDelayMs: 400 };
    const certificate = new Uint8Array(3000).fill(seed);
    const [, serverObject = assert.fail()] = accountOf(102);
    const x509 = {
      0: "coaps://dm102.example",
      1: false,
      2: 2,
      3: certificate,
      4: certificate,
      5: certificate,
      10: 102,
    };
    bench.plan = { session: provisioningSteps([{ id: 0, instances: { 1: x509 } }, serverObject]) };
    await bench.started();
    await bench.controller.triggerBootstrap("asked");
    for (let i = 0; i < 100 && bench.controller.status.state === "bootstrapping"; i++) await bench.advance(10);
    assert.equal(bench.controller.status.state, "registering", `seed ${seed}: ${bench.controller.status.reason}`);
    assert.deepEqual(bench.device.security.content().get(1)?.get(4), { type: "opaque", value: certificate });
  }
});

test("the answer to Finish that is lost is asked for again over the same association", async () => {
  const bench = new ControllerBench(working);
  bench.plan = good;
  await bench.started();
  await bench.controller.triggerBootstrap("asked");
  await bench.advance(0.2);
  assert.equal(bench.controller.status.state, "registering");
  await bench.advance(9);
  assert.ok(bench.log.includes("finish 2.04"));
});

test("hold-off times of a fleet are spread over a quarter more", async () => {
  const delays = [0, 128, 255].map(async (byte) => {
    const bench = new ControllerBench(noConfiguration, {
      factory,
      entropy: { randomBytes: (length) => new Uint8Array(length).fill(byte) },
    });
    await bench.started();
    return (bench.controller.status.nextAttemptAt ?? 0) - bench.device.time.now();
  });
  assert.deepEqual((await Promise.all(delays)).map(Math.round), [20_000, 22_500, 24_980]);
});

test("no reason or log line ever holds a key", async () => {
  const secret = "0123456789abcdef";
  const bench = new ControllerBench(noConfiguration, { factory });
  const steps = provisioningSteps([
    {
      id: 0,
      instances: {
        1: {
          0: "coap://wrong",
          1: false,
          2: 0,
          3: new TextEncoder().encode(secret),
          5: new TextEncoder().encode(secret),
          10: 1,
        },
      },
    },
  ]);
  bench.plan = { session: steps };
  await bench.started();
  await bench.advance(400);
  assert.ok(bench.log.includes("finish 4.06"));
  assert.ok(
    !JSON.stringify([
      bench.device.logged,
      bench.events.map((event) => ("reason" in event ? event.reason : "")),
    ]).includes(secret),
  );
});
