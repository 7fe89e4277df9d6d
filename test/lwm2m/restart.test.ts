import assert from "node:assert/strict";
import { test } from "node:test";
import { Code } from "../../src/coap/message.ts";
import { ContentFormat } from "../../src/formats/content-format.ts";
import { integerValue } from "../../src/formats/values.ts";
import type { AccountState } from "../../src/lwm2m/account-state.ts";
import { BenchAccount } from "./bench-account.ts";

const VALUE = "/33000/0/1";
const REGISTER = "POST /rd?lwm2m=1.1&ep=dev1&lt=300&b=U";

/** An account that registered over DTLS, is observed and has attributes, and what was saved of it when it died. */
async function died({ secured }: { secured: boolean } = { secured: true }): Promise<AccountState> {
  const states: AccountState[] = [];
  const bench = new BenchAccount({ save: async (state) => void states.push(state) });
  if (secured) bench.server.resumes = false;
  await bench.started();
  await bench.server.association.observe("aa", VALUE, { accept: ContentFormat.senmlJson });
  await bench.server.association.ask("PUT", "/33000/0", { query: ["pmin=5"] });
  return states.at(-1) ?? assert.fail("nothing was saved");
}

async function reborn(saved: AccountState, prepare: (bench: BenchAccount) => void = () => {}): Promise<BenchAccount> {
  const bench = new BenchAccount({ saved });
  bench.server.resumes = true;
  prepare(bench);
  return bench.started();
}

function told(bench: BenchAccount): string[] {
  const { notifications } = bench.server.association;
  return notifications.splice(0).map(({ token, response }) => `${token} ${new TextDecoder().decode(response.payload)}`);
}

test("registration, observations and attributes are saved before the request that made them is answered", async () => {
  const { registration, observations, attributes } = await died();
  assert.deepEqual(registration?.location, ["rd", "r1"]);
  assert.deepEqual(
    observations.map(({ request }) => request.path.join("/")),
    ["33000/0/1"],
  );
  assert.deepEqual(attributes, [{ path: [33000, 0], attributes: { pmin: 5 } }]);
});

test("after a restart in a resumed session an Update goes to the old location and observations go on", async () => {
  const bench = await reborn(await died());
  assert.deepEqual(bench.server.take(), ["connect", "POST /rd/r1"]);
  assert.deepEqual(bench.types(), ["connecting", "connected", "resumed", "updated"]);
  assert.deepEqual(bench.account.status.observations, [VALUE]);
  assert.equal((await bench.server.association.ask("GET", "/3/0/0")).code, Code.Content);
  await bench.advance(6);
  // What changed while nobody looked is not known: the value of now is told.
  assert.match(told(bench).join(), /^aa .*"v":-5/);
  bench.device.testObject.set(0, 1, integerValue(7));
  await bench.advance(3);
  assert.deepEqual(told(bench), []);
  await bench.advance(2);
  assert.deepEqual(told(bench), ['aa [{"bn":"/33000/0/1","v":7}]']);
  await bench.account.stop();
  assert.equal(bench.device.time.armed, 0);
});

test("an Update that is refused after a restart leads to a Register, and observations are over", async () => {
  const bench = await reborn(await died(), ({ server }) => void server.answers.push({ code: Code.NotFound }));
  assert.deepEqual(bench.server.take(), ["connect", "POST /rd/r1", REGISTER]);
  assert.deepEqual(bench.account.status.observations, []);
  assert.equal(bench.account.attributes.all.length, 1);
});

test("a new security context after a restart means a Register; attributes stay", async () => {
  for (const resumes of [false, undefined]) {
    const bench = await reborn(await died(), ({ server }) => {
      server.resumes = resumes;
    });
    assert.deepEqual(bench.server.take(), ["connect", REGISTER]);
    assert.deepEqual(bench.account.status.observations, []);
    assert.equal(bench.account.attributes.all.length, 1);
  }
});

test("without a security context no registration is saved, and after a stop none is left", async () => {
  assert.equal((await died({ secured: false })).registration, undefined);
  const states: AccountState[] = [];
  const bench = new BenchAccount({ save: async (state) => void states.push(state) });
  bench.server.resumes = false;
  await bench.started();
  assert.ok(states.at(-1)?.registration);
  await bench.account.stop();
  assert.deepEqual(states.at(-1), { attributes: [], observations: [] });
});

test("Observe numbers are saved again after some hundred notifications", async () => {
  let saves = 0;
  const bench = new BenchAccount({ save: async () => void saves++ });
  bench.server.resumes = false;
  await bench.started();
  await bench.server.association.observe("aa", VALUE);
  const before = saves;
  for (let i = 0; i < 499; i++) {
    bench.device.testObject.set(0, 1, integerValue(1000 + i));
    await bench.advance(0.01);
  }
  assert.equal(saves, before);
  for (let i = 0; i < 2; i++) {
    bench.device.testObject.set(0, 1, integerValue(i));
    await bench.advance(0.01);
  }
  assert.equal(saves, before + 1);
  await bench.account.stop();
});
