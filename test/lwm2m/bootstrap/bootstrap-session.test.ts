import assert from "node:assert/strict";
import { test } from "node:test";
import type { Method } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { encodeSenmlCbor } from "../../../src/formats/senml-cbor.ts";
import { encodeTlv } from "../../../src/formats/tlv.ts";
import { settle } from "../../support/virtual-time.ts";
import { request } from "../bench-device.ts";
import {
  BootstrapBench,
  booleanValue,
  content,
  integerValue,
  plainSecurity,
  security,
  server,
  stringValue,
  tlv,
} from "./bootstrap-bench.ts";

const before = ["/0/0 coap://bs.example:5683", "/0/1 coap://dm101.example", "/1/0 101 300"];

test("nothing that a session writes is in use before Finish, and all of it after", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  assert.equal(await session.code("PUT", "/0/2", tlv([0, 2], plainSecurity(102))), "2.04");
  assert.equal(await session.code("PUT", "/1/5", tlv([1, 5], server(102, { 1: integerValue(60) }))), "2.04");
  assert.deepEqual(bench.accounts(), before);
  assert.equal(await session.finish(), "2.04");
  assert.deepEqual(bench.accounts(), [
    ...before.slice(0, 2),
    "/0/2 coap://dm102.example",
    "/1/0 101 300",
    "/1/5 102 60",
  ]);
  assert.deepEqual(bench.end, { finished: true });
});

test("a Finish over an unusable configuration is 4.06 with the reasons, and a corrected one is taken", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  await session.code("PUT", "/0/2", tlv([0, 2], plainSecurity(102)));
  assert.equal(await session.finish(), "4.06 /0/2: no Server instance (/1) has Short Server ID 102");
  assert.deepEqual(bench.accounts(), before);
  assert.equal(bench.end, undefined);
  await session.code("PUT", "/1/5", tlv([1, 5], server(102)));
  assert.equal(await session.finish(), "2.04");
  assert.equal(bench.accounts().length, 5);
});

test("247 s after the last command without a Finish everything is as before", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  await session.code("DELETE", "/");
  await bench.time.advance(246_000);
  await session.code("PUT", "/0/2", tlv([0, 2], plainSecurity(102)));
  await bench.time.advance(246_000);
  assert.equal(bench.end, undefined);
  await bench.time.advance(1000);
  assert.deepEqual(bench.end, {
    finished: false,
    reason: "the bootstrap server sent nothing for 247 s",
    rejections: 0,
  });
  assert.deepEqual(bench.accounts(), before);
  assert.equal(await session.finish(), "4.00");
  assert.equal(bench.commits, 0);
});

test("a session that is abandoned has done nothing, and takes no more commands", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  await session.code("DELETE", "/0/1");
  assert.equal(await session.finish(), "4.06 /0: no server account");
  session.session.abandon("association lost");
  assert.equal(await session.code("DELETE", "/"), "4.00");
  await settle();
  assert.deepEqual(bench.end, { finished: false, reason: "association lost", rejections: 1 });
  assert.deepEqual(bench.accounts(), before);
});

test("commands that overtake the answer to Bootstrap-Request wait for it; without one they are refused", async () => {
  const bench = new BootstrapBench();
  for (const outcome of ["open", "abandon"] as const) {
    const session = bench.unopened();
    const codes: number[] = [];
    const early = session.handle(request("PUT", "/0/2", tlv([0, 2], plainSecurity(102))), undefined);
    void Promise.resolve(early).then(({ code }) => codes.push(code));
    await settle();
    assert.deepEqual(codes, []);
    if (outcome === "open") session.open();
    else session.abandon("refused");
    await settle();
    assert.deepEqual(codes, [outcome === "open" ? 0x44 : 0x80]);
  }
});

test("a commit that fails leaves everything as it was, and Finish may come again", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  await session.code("PUT", "/1/0", tlv([1, 0], server(101, { 1: integerValue(77) })));
  await session.code("PUT", "/33000/0/1", { payload: "9" });
  bench.failCommit = new Error("disk full");
  assert.equal(await session.finish(), "5.00");
  assert.deepEqual(bench.accounts(), before);
  assert.equal(bench.testObject.get(0, 1), -5n);
  bench.failCommit = undefined;
  assert.equal(await session.finish(), "2.04");
  assert.equal(bench.accounts()[2], "/1/0 101 77");
  assert.equal(bench.testObject.get(0, 1), 9n);
});

test("Discover of the root lists objects and instances with Short Server IDs and URIs, never the bootstrap account's", async () => {
  const bench = new BootstrapBench();
  const links = (text: string) => text.replace(/^2\.05 /, "").split(",");
  assert.deepEqual(links(await bench.session().text("GET", "/", { accept: ContentFormat.linkFormat })), [
    "</>;lwm2m=1.1",
    "</0>;ver=1.2",
    "</0/0>",
    '</0/1>;ssid=101;uri="coap://dm101.example"',
    "</1>;ver=1.2",
    "</1/0>;ssid=101",
    "</2>;ver=1.1",
    "</3>;ver=1.2",
    "</3/0>",
    "</33000>;ver=1.1",
    "</33000/0>",
  ]);
  assert.deepEqual(links(await bench.session("1.0").text("GET", "/0", { accept: ContentFormat.linkFormat })), [
    '</0>;ver="1.2"',
    "</0/0>",
    "</0/1>;ssid=101",
  ]);
});

test("Discover shows what the session has done so far", async () => {
  const session = new BootstrapBench().session();
  await session.code("DELETE", "/0/1");
  await session.code("PUT", "/0/7/10", { payload: "107" });
  const discovered = await session.text("GET", "/0", { accept: ContentFormat.linkFormat });
  assert.equal(discovered, "2.05 </0>;ver=1.2,</0/0>,</0/7>");
});

const refusals: readonly [string, keyof typeof Method, string, Parameters<typeof request>[2], string][] = [
  ["Discover of an instance", "GET", "/0/1", { accept: ContentFormat.linkFormat }, "4.00"],
  ["Discover of an object that is not there", "GET", "/999", { accept: ContentFormat.linkFormat }, "4.04"],
  ["Read of Security", "GET", "/0", {}, "4.05"],
  ["Read of a Security instance", "GET", "/0/1", {}, "4.05"],
  ["Read of the Device", "GET", "/3/0", {}, "4.05"],
  ["Read of a resource", "GET", "/1/0/1", {}, "4.05"],
  ["Read of the root", "GET", "/", {}, "4.05"],
  ["Read of a Server instance that is not there", "GET", "/1/9", {}, "4.04"],
  ["Read in a format that there is not", "GET", "/1/0", { accept: 9999 }, "4.06"],
  ["Write of the root", "PUT", "/", { contentFormat: ContentFormat.tlv }, "4.05"],
  ["Write of an object that is not there", "PUT", "/999/0", { contentFormat: ContentFormat.tlv }, "4.04"],
  ["Write of a resource that is not defined", "PUT", "/0/1/999", { payload: "1" }, "4.04"],
  ["Write of an executable", "PUT", "/1/0/8", { payload: "1" }, "4.05"],
  ["Write of a resource instance", "PUT", "/0/1/16/0", { payload: "1" }, "4.05"],
  ["Write in a format that there is not", "PUT", "/0/1", { contentFormat: 9999 }, "4.15"],
  ["Write of an instance as text", "PUT", "/0/1", { payload: "1" }, "4.15"],
  ["Write of malformed TLV", "PUT", "/0/1", { contentFormat: ContentFormat.tlv, payload: Uint8Array.of(0xc8) }, "4.00"],
  ["Write of a wrong type", "PUT", "/0/1/2", { payload: "x" }, "4.00"],
  ["Write of a mode out of range", "PUT", "/0/1/2", { payload: "5" }, "4.00"],
  ["Write of a second Device", "PUT", "/3/1", { contentFormat: ContentFormat.tlv }, "4.00"],
  ["Delete of the bootstrap account", "DELETE", "/0/0", {}, "4.00"],
  ["Delete of the Device", "DELETE", "/3/0", {}, "4.00"],
  ["Delete of all Devices", "DELETE", "/3", {}, "4.00"],
  ["Delete of a resource", "DELETE", "/1/0/1", {}, "4.05"],
  ["Delete of an object that is not there", "DELETE", "/999", {}, "4.04"],
  ["an Execute", "POST", "/1/0/8", {}, "4.05"],
  ["a Create", "POST", "/1", {}, "4.05"],
  ["a composite", "FETCH", "/", {}, "4.05"],
  ["an id with a leading zero", "GET", "/01", {}, "4.05"],
  [
    "a critical option that nobody knows",
    "GET",
    "/1",
    { options: [{ number: 2049, value: new Uint8Array() }] },
    "4.02",
  ],
];

for (const [name, method, path, fields, code] of refusals) {
  test(`${name} is ${code} and changes nothing`, async () => {
    const bench = new BootstrapBench();
    const session = bench.session();
    assert.equal(await session.code(method, path, fields), code);
    assert.equal(await session.finish(), "2.04");
    assert.deepEqual(bench.accounts(), before);
  });
}

test("Bootstrap-Read gives Server and Access Control back, read-only resources too, and is not there in 1.0", async () => {
  const bench = new BootstrapBench();
  const fields = { accept: ContentFormat.senmlJson };
  const read = await bench.session().text("GET", "/1/0", fields);
  assert.equal(read, '2.05 [{"bn":"/1/0/","n":"0","v":101},{"n":"1","v":300},{"n":"6","vb":true},{"n":"7","vs":"U"}]');
  assert.equal(await bench.session().text("GET", "/2", fields), "2.05 []");
  assert.equal(await bench.session("1.0").code("GET", "/1/0", fields), "4.05");
});

test("Write takes TLV, SenML JSON and SenML CBOR on object and instance, and text on a resource", async () => {
  for (const [name, write] of Object.entries({
    "TLV object": (path: number[]) =>
      ["/1", { contentFormat: ContentFormat.tlv, payload: encodeTlv([1], records(path)) }] as const,
    "TLV instance": (path: number[]) => [`/1/${path[1]}`, tlv(path, server(102))] as const,
    "SenML CBOR object": (path: number[]) =>
      ["/1", { contentFormat: ContentFormat.senmlCbor, payload: encodeSenmlCbor([1], records(path)) }] as const,
    "SenML JSON instance": (path: number[]) =>
      [
        `/1/${path[1]}`,
        {
          contentFormat: ContentFormat.senmlJson,
          payload: '[{"bn":"/1/9/","n":"0","v":102},{"n":"1","v":300},{"n":"6","vb":true},{"n":"7","vs":"U"}]',
        },
      ] as const,
  })) {
    const bench = new BootstrapBench();
    const session = bench.session();
    const [path, fields] = write([1, 9]);
    assert.equal(await session.code("PUT", path, fields), "2.04", name);
    assert.equal(await session.code("PUT", "/0/2", tlv([0, 2], plainSecurity(102))), "2.04");
    assert.equal(await session.code("PUT", "/1/9/1", { payload: "55" }), "2.04");
    assert.equal(await session.finish(), "2.04", name);
    assert.ok(bench.accounts().includes("/1/9 102 55"), name);
    assert.ok(bench.accounts().includes("/1/0 101 300"), `${name}: an instance that was not named stays`);
  }
});

function records(path: readonly number[]) {
  return [...server(102)].map(([id, value]) => ({ path: [...path, id], value })) as Parameters<typeof encodeTlv>[1];
}

test("an instance that is written becomes what was written: what was optional and is not named goes", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  await session.code("PUT", "/0/1", tlv([0, 1], plainSecurity(101, { 14: stringValue("old.example") })));
  await session.code("PUT", "/0/1", tlv([0, 1], plainSecurity(101)));
  assert.equal(await session.finish(), "2.04");
  assert.equal(bench.security.content().get(1)?.has(14), false);
});

test("resources that we do not know are passed over", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  const payload = encodeTlv([1, 0], [
    { path: [1, 0, 7777], value: stringValue("future") },
    ...[...server(101)].map(([id, value]) => ({ path: [1, 0, id], value })),
  ] as Parameters<typeof encodeTlv>[1]);
  assert.equal(await session.code("PUT", "/1/0", { contentFormat: ContentFormat.tlv, payload }), "2.04");
  assert.equal(await session.finish(), "2.04");
  assert.equal(bench.server.content().get(0)?.has(7777), false);
});

test("the bootstrap server may rewrite its own account, and the old one holds until Finish", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  const moved = security("coaps://new.example", { 1: booleanValue(true) });
  assert.equal(await session.code("PUT", "/0/0", tlv([0, 0], moved)), "2.04");
  assert.equal(bench.accounts()[0], "/0/0 coap://bs.example:5683");
  assert.equal(await session.finish(), "2.04");
  assert.equal(bench.accounts()[0], "/0/0 coaps://new.example");
});

test("Delete of the root keeps the bootstrap account and the Device", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  assert.equal(await session.code("DELETE", "/"), "2.02");
  assert.equal(
    await session.text("GET", "/", { accept: ContentFormat.linkFormat }),
    "2.05 </>;lwm2m=1.1,</0>;ver=1.2,</0/0>,</1>;ver=1.2,</2>;ver=1.1,</3>;ver=1.2,</3/0>,</33000>;ver=1.1",
  );
  await session.code("PUT", "/0/1", tlv([0, 1], plainSecurity(5)));
  await session.code("PUT", "/1/1", tlv([1, 1], server(5)));
  assert.equal(await session.finish(), "2.04");
  assert.deepEqual(bench.accounts(), ["/0/0 coap://bs.example:5683", "/0/1 coap://dm5.example", "/1/1 5 300"]);
  assert.deepEqual(bench.testObject.instances(), []);
});

test("Delete of a Security instance takes its Server instance along; what is gone already is no error", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  await session.code("PUT", "/0/2", tlv([0, 2], plainSecurity(102)));
  await session.code("PUT", "/1/2", tlv([1, 2], server(102)));
  assert.equal(await session.code("DELETE", "/0/1"), "2.02");
  assert.equal(await session.code("DELETE", "/0/1"), "2.02");
  assert.equal(await session.finish(), "2.04");
  assert.deepEqual(bench.accounts(), ["/0/0 coap://bs.example:5683", "/0/2 coap://dm102.example", "/1/2 102 300"]);
});

test("live objects take writes, new instances and deletions at Finish, and give them back when that fails", async () => {
  for (const failure of [undefined, new Error("disk full")]) {
    const bench = new BootstrapBench();
    const session = bench.session();
    assert.equal(await session.code("PUT", "/3/0/14", { payload: "+05:00" }), "2.04");
    const created = tlv([33000, 4], content({ 0: stringValue("four"), 1: integerValue(4) }));
    assert.equal(await session.code("PUT", "/33000/4", created), "2.04");
    assert.equal(await session.code("DELETE", "/33000/0"), "2.02");
    assert.deepEqual(bench.testObject.instances(), [0]);
    bench.failCommit = failure;
    assert.equal(await session.finish(), failure ? "5.00" : "2.04");
    assert.deepEqual(bench.testObject.instances(), [failure ? 0 : 4]);
    assert.deepEqual(await bench.device.read(0, 14), stringValue(failure ? "+01:00" : "+05:00"));
    assert.equal(bench.testObject.get(failure ? 0 : 4, 1), failure ? -5n : 4n);
  }
});

test("a live object that refuses its part at Finish is 4.06, with the session open", async () => {
  const bench = new BootstrapBench();
  const session = bench.session();
  const instance = tlv([33000, 0], content({ 14: stringValue("defined, but no instance has it") }));
  assert.equal(await session.code("PUT", "/33000/0", instance), "2.04");
  assert.match(await session.finish(), /^4\.06 .*33000\/0\/14/);
  assert.equal(bench.end, undefined);
});
