import assert from "node:assert/strict";
import { test } from "node:test";
import { CoapError } from "../../../src/coap/coap-error.ts";
import { Code } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { integerValue } from "../../../src/formats/values.ts";
import { BenchAccount, timeout } from "../bench-account.ts";

const REGISTER = "POST /rd?lwm2m=1.1&ep=dev1&lt=300&b=U";
const VALUE = "/33000/0/1";

/** Registered over a DTLS session, observed. */
async function secured(): Promise<BenchAccount> {
  const bench = new BenchAccount();
  bench.server.resumes = false;
  await bench.started();
  await bench.server.association.observe("aa", VALUE, { accept: ContentFormat.senmlJson });
  await bench.advance(61);
  bench.server.take();
  bench.types();
  return bench;
}

function told(bench: BenchAccount): string[] {
  const { notifications } = bench.server.association;
  return notifications.splice(0).map(({ token, response }) => `${token} ${new TextDecoder().decode(response.payload)}`);
}

test("in a resumed session an Update is enough, and observations go on", async () => {
  const bench = await secured();
  bench.server.resumes = true;
  bench.server.association.lose(timeout());
  await bench.advance(0);
  assert.deepEqual(bench.server.take(), ["connect", "POST /rd/r1"]);
  assert.deepEqual(bench.types(), ["lost", "connecting", "connected", "resumed", "updated"]);
  assert.deepEqual(bench.account.status.observations, [VALUE]);
  bench.device.testObject.set(0, 1, integerValue(7));
  await bench.advance(1);
  assert.deepEqual(told(bench), ['aa [{"bn":"/33000/0/1","v":7}]']);
  assert.equal((await bench.server.association.ask("GET", "/3/0/0")).code, Code.Content);
  bench.server.association.cancel("aa");
  assert.deepEqual(bench.account.status.observations, []);
  await bench.account.stop();
  assert.equal(bench.device.time.armed, 0);
});

test("under a new security context the device registers again, and observations are over", async () => {
  const bench = await secured();
  bench.server.association.lose(timeout());
  await bench.advance(0);
  assert.deepEqual(bench.server.take(), ["connect", REGISTER]);
  assert.deepEqual(bench.account.status.observations, []);
  assert.ok(bench.types().includes("observation-ended"));
});

test("what changed while the session was away is told after the Update", async () => {
  const bench = await secured();
  bench.server.resumes = true;
  bench.server.connects.push(timeout());
  bench.server.association.lose(timeout());
  await bench.advance(0);
  bench.device.testObject.set(0, 1, integerValue(8));
  await bench.advance(1);
  assert.equal(bench.account.status.state, "waiting");
  let notifiedAtUpdate = -1;
  bench.server.answers.push(
    Promise.resolve().then(() => {
      notifiedAtUpdate = bench.server.association.notifications.length;
      return { code: Code.Changed };
    }),
  );
  await bench.advance(1);
  assert.ok(notifiedAtUpdate <= 0);
  assert.match(told(bench).join(), /aa .*"v":8/);
});

test("a registration that ended meanwhile is made anew also in a resumed session", async () => {
  const bench = await secured();
  bench.server.resumes = true;
  bench.account.goOffline("test");
  await bench.advance(400);
  bench.account.goOnline("test");
  await bench.advance(0);
  assert.deepEqual(bench.server.take(), ["close", "connect", REGISTER]);
});

test("offline and online in time is one Update in a resumed session", async () => {
  const bench = await secured();
  bench.server.resumes = true;
  bench.account.goOffline("test");
  await bench.advance(60);
  bench.account.goOnline("test");
  await bench.advance(0);
  assert.deepEqual(bench.server.take(), ["close", "connect", "POST /rd/r1"]);
  assert.deepEqual(bench.account.status.observations, [VALUE]);
});

test("a server that forgot the registration is registered with again over the resumed session", async () => {
  const bench = await secured();
  bench.server.resumes = true;
  bench.server.answers.push({ code: Code.NotFound });
  bench.server.association.lose(timeout());
  await bench.advance(0);
  assert.deepEqual(bench.server.take(), ["connect", "POST /rd/r1", REGISTER]);
  assert.deepEqual(bench.account.status.observations, []);
});

test("a notification, a Send or an Update without an answer makes the session anew", async () => {
  const silences: ((bench: BenchAccount) => unknown)[] = [
    (bench) => bench.server.association.cancel("aa", "unreachable"),
    (bench) => {
      bench.device.server.replace({ ...bench.device.server.settings, muteSend: false });
      bench.server.answers.push(new CoapError("COAP_TIMEOUT", "no answer"));
      bench.account.send([[3, 0, 0]]).catch(() => {});
    },
    (bench) => {
      bench.server.answers.push(timeout());
      bench.account.updateRegistration("test");
    },
  ];
  for (const silence of silences) {
    const bench = await secured();
    bench.server.resumes = true;
    silence(bench);
    await bench.advance(0);
    assert.deepEqual(bench.server.take().slice(-3), ["close", "connect", "POST /rd/r1"]);
    assert.deepEqual(bench.account.status.observations, [VALUE]);
    await bench.account.stop();
  }
});

test("while the server is away requests are answered 5.03, not with what the registration allowed", async () => {
  const bench = await secured();
  const { association } = bench.server;
  bench.server.connects.push(timeout());
  association.lose(timeout());
  await bench.advance(0);
  assert.equal((await association.ask("GET", "/3/0/0")).code, Code.ServiceUnavailable);
});
