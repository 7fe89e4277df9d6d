import assert from "node:assert/strict";
import { Code, Method } from "../../../../src/coap/message.ts";
import { OptionNumber } from "../../../../src/coap/options.ts";
import { writeBootstrapFile } from "../../../../src/sandbox/bootstrap-file.ts";
import { decodeUtf8 } from "../../../../src/util/bytes.ts";
import { accountSteps, bootstrapPack, serverInstance } from "../accounts.ts";
import type { Procedure } from "../bench.ts";
import { BootstrapSide } from "../bootstrap-side.ts";
import { instance, multiple, single } from "../nodes.ts";
import { ask, OwnServer, type Received } from "../own-server.ts";
import { isRequest, queryOf, statusOf } from "../wire.ts";

/** ETS 1.1-int-0 to 9 and 1.2-int-12: bootstrap. */
export const bootstrap: Readonly<Record<string, Procedure>> = {
  "1.1-int-0": async (bench) => {
    const side = await BootstrapSide.open(bench);
    await side.script([...accountSteps(side.serverUri), { discover: "/" }]);
    await side.startDevice();
    const { message } = await side.wire.passed.waitFor(isRequest(Method.POST, "/bs"), "Bootstrap-Request");
    assert.ok(queryOf(message).includes(`ep=${bench.endpoint}`));
    assert.equal((await statusOf(side.wire, message)).code, Code.Changed);
    await side.answered("/0/1", "CHANGED(204)");
    await side.answered("/1/0", "CHANGED(204)");
    const links = await side.discovered("/");
    assert.ok(links.includes("</>;lwm2m=1.1"), String(links));
    assert.ok(links.includes(`</0/1>;ssid=1;uri="${side.serverUri}"`), String(links));
    for (const link of ["</0/0>", "</1/0>;ssid=1", "</3/0>"]) assert.ok(links.includes(link), `${link} in ${links}`);
    await side.finished();
    await side.leshan.registered();
  },
  "1.1-int-4": async (bench) => {
    const side = await BootstrapSide.open(bench);
    const [first, second] = [accountSteps(side.serverUri), accountSteps(side.serverUri)];
    const look = [{ discover: "/" }, { read: "/1" }];
    await side.script([...first, ...look, { delete: "/0" }, { delete: "/1" }, ...look, ...second]);
    await side.startDevice();
    assert.ok((await side.discovered("/")).includes("</1/0>;ssid=1"));
    await side.answered("/1", "CONTENT(205)");
    await side.answered("/0", "DELETED(202)");
    await side.answered("/1", "DELETED(202)");
    const links = await side.discovered("/");
    assert.ok(links.includes("</0/0>"), `the bootstrap account stays: ${links}`);
    assert.ok(!links.some((link) => /^<\/(0\/1|1\/0)>/.test(link)), `the account is gone: ${links}`);
    await side.finished();
    await side.leshan.registered();
  },
  "1.1-int-5": async (bench) => {
    const side = await BootstrapSide.open(bench);
    await side.script(accountSteps(side.serverUri));
    await side.startDevice();
    await side.finished();
    await side.leshan.registered();
    await side.wire.passed.waitFor(isRequest(Method.POST, "/bs"), "first Bootstrap-Request");
    await side.script([{ write: "/1/0", node: serverInstance(43_200) }]);
    await side.leshan.execute("/1/0/9");
    await side.wire.passed.waitFor(isRequest(Method.POST, "/bs"), "Bootstrap-Request");
    await side.finished();
    const isNew = (lifetime: number): boolean => lifetime === 43_200;
    while (!isNew((await side.leshan.rest.registration(bench.endpoint).catch(() => ({ lifetime: 0 }))).lifetime)) {
      await side.leshan.events.waitFor("REGISTRATION").catch(() => side.leshan.updated());
    }
  },
  "1.1-int-6": async (bench) => {
    const side = await BootstrapSide.open(bench);
    // Factory first: the bootstrap server is left alone while the server answers.
    await side.startDevice({ server: { uri: side.serverUri } });
    await side.leshan.registered();
    assert.equal(side.wire.passed.unread().length, 0, "nothing went to the bootstrap server");
  },
  "1.1-int-7": async (bench) => {
    const side = await BootstrapSide.open(bench);
    await side.script([{ delete: "/0" }, { delete: "/1" }, ...accountSteps(side.serverUri)]);
    const nobody = await OwnServer.start(bench.cleanup, () => ({ code: Code.Forbidden }));
    const uri = `coap://127.0.0.1:${(await bench.wire(nobody.port, "refusing")).port}`;
    const retry = { retryCount: 1, retryTimer: 0, sequenceCount: 1, sequenceDelay: 1 };
    await side.startDevice({ server: { uri, bootstrapOnRegistrationFailure: true, ...retry } });
    await nobody.next(Method.POST, "rd");
    await side.wire.passed.waitFor(isRequest(Method.POST, "/bs"), "Bootstrap-Request");
    await side.finished();
    await side.leshan.registered();
  },
  "1.1-int-8": async (bench) => {
    const side = await BootstrapSide.open(bench);
    const entry = instance(
      0,
      single(0, "integer", 3),
      single(1, "integer", 0),
      multiple(2, "integer", { 0: 31 }),
      single(3, "integer", 65_535),
    );
    await side.script([
      ...accountSteps(side.serverUri),
      { write: "/2/0", node: entry },
      { read: "/1" },
      { read: "/2" },
    ]);
    await side.startDevice();
    await side.answered("/2/0", "CHANGED(204)");
    await side.answered("/1", "CONTENT(205)");
    await side.answered("/2", "CONTENT(205)");
    await side.finished();
  },
  "1.1-int-9": async (bench) => {
    const side = await BootstrapSide.open(bench);
    await side.script([{ write: "/1/0/5", node: single(5, "integer", 86_400) }]);
    await side.startDevice();
    await side.answered("/1/0/5", "CHANGED(204)");
    const { message } = await side.wire.passed.waitFor(isRequest(Method.POST, "/bs", "server"), "Bootstrap-Finish");
    assert.equal((await statusOf(side.wire, message)).code, Code.NotAcceptable);
  },
  "1.1-int-3": async (bench) => {
    const second = await OwnServer.start(bench.cleanup);
    const wire = await bench.wire(second.port, "server Y");
    const first = await OwnServer.start(bench.cleanup);
    const factory = await bench.wire(first.port, "server X");
    let inserted = false;
    const bytes = writeBootstrapFile([
      { id: 0, instances: { 1: { 0: `coap://127.0.0.1:${wire.port}`, 1: false, 2: 3, 10: 2 } } },
      { id: 1, instances: { 1: { 0: 2, 1: 43_200, 6: false, 7: "U" } } },
    ]);
    const device = bench.device({ server: { uri: `coap://127.0.0.1:${factory.port}` }, smartCard: {} }, async () =>
      inserted ? { found: true, bytes, iccid: "8949000000000000001" } : { found: false, reason: "no card" },
    );
    device.start();
    const atFirst = await first.next(Method.POST, "rd");
    assert.ok(atFirst.request.query.includes("lt=86400"));
    await readLifetime(atFirst, "/1/0/1", "86400");
    inserted = true;
    bench.trace.note("the card is inserted; power off, power on");
    await device.restart();
    const atSecond = await second.next(Method.POST, "rd");
    assert.ok(atSecond.request.query.includes("lt=43200"));
    await readLifetime(atSecond, "/1/1/1", "43200");
  },
  "1.2-int-12": async (bench) => {
    const server = await OwnServer.start(bench.cleanup);
    const wire = await bench.wire(server.port, "server");
    const pack = bootstrapPack(`coap://127.0.0.1:${wire.port}`);
    const bootstrapServer = await OwnServer.start(bench.cleanup, ({ path }) =>
      path[0] === "bspack" ? { code: Code.Content, contentFormat: 112, payload: pack } : undefined,
    );
    const bootstrapWire = await bench.wire(bootstrapServer.port, "bootstrap");
    const uri = `coap://127.0.0.1:${bootstrapWire.port}`;
    bench.device({ lwm2m: "1.2", bootstrap: { uri } }).start();
    const { message } = await bootstrapWire.passed.waitFor(isRequest(Method.GET, "/bspack"), "Bootstrap-Pack-Request");
    assert.ok(queryOf(message).includes(`ep=${bench.endpoint}`));
    assert.ok(message.options.some(({ number }) => number === OptionNumber.Accept));
    const { request } = await server.next(Method.POST, "rd");
    assert.ok(request.query.includes("lwm2m=1.2") && request.query.includes("lt=86400"), String(request.query));
  },
};

async function readLifetime(at: Received, path: string, seconds: string): Promise<void> {
  const { payload = new Uint8Array() } = await ask(at, { method: Method.GET, path, accept: 0 }, "2.05");
  assert.equal(decodeUtf8(payload, "lifetime"), seconds);
}
