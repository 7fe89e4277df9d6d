import assert from "node:assert/strict";
import type { CoapResponse } from "../../../../src/coap/exchange.ts";
import { Code, Method } from "../../../../src/coap/message.ts";
import { ContentFormat } from "../../../../src/formats/content-format.ts";
import { decodeUtf8 } from "../../../../src/util/bytes.ts";
import { EventLog } from "../../../support/foreign/event-log.ts";
import type { Bench, Procedure } from "../bench.ts";
import type { Device } from "../device.ts";
import { ask, OwnServer, type Received, requestOf } from "../own-server.ts";

/** The profile of a device as its owner calls it; the server has to know what is behind it. */
const profileId = "meter-7";

/** ETS 1.2-int-110, 111, 264, 266, 312 and 313: what came with LwM2M 1.2. */
export const release12: Readonly<Record<string, Procedure>> = {
  "1.2-int-110": async (bench) => {
    const server = await OwnServer.start(bench.cleanup);
    const device = await bench.startAt(server.port, "server", { lwm2m: "1.2", profileId });
    assertByProfile(await server.next(Method.POST, "rd"));
    await device.waitFor("registered");
  },
  "1.2-int-111": async (bench) => {
    const server = await OwnServer.start(bench.cleanup, ({ path, query }) =>
      path[0] === "rd" && query.includes(`pid=${profileId}`) ? { code: Code.Conflict } : undefined,
    );
    const device = await bench.startAt(server.port, "server", { lwm2m: "1.2", profileId });
    assertByProfile(await server.next(Method.POST, "rd"));
    const { query, payload } = (await server.next(Method.POST, "rd")).request;
    assert.ok(!query.some((item) => item.startsWith("pid=")), `no profile in ${query}`);
    assert.ok(query.includes("lwm2m=1.2"), `the version stays in ${query}`);
    const links = decodeUtf8(payload, "links");
    for (const link of ["</1/0>", "</3/0>"]) assert.ok(links.includes(link), `${link} in ${links}`);
    await device.waitFor("registered");
  },
  "1.2-int-264": async (bench) => {
    const { registration } = await registered12(bench);
    assert.deepEqual(await discover(registration, "depth=1"), ["</3>;ver=1.2", "</3/0>"]);
    await attributes(registration, "/3/0", "pmax=200");
    assert.deepEqual(await discover(registration, "depth=1"), ["</3>;ver=1.2", "</3/0>;pmax=200"]);
  },
  "1.2-int-266": async (bench) => {
    const { registration } = await registered12(bench);
    const two = await discover(registration, "depth=2");
    for (const link of ["</3>;ver=1.2", "</3/0>", "</3/0/0>", "</3/0/7>;dim=2", "</3/0/16>"]) assertLink(two, link);
    assert.ok(!two.some((link) => /^<\/3\/0\/\d+\/\d+>/.test(link)), `no resource instance in ${two}`);
    await attributes(registration, "/3", "pmin=10", "pmax=200");
    await attributes(registration, "/3/0/7", "lt=1", "gt=6", "st=1");
    await attributes(registration, "/3/0/7/1", "gt=8");
    const three = await discover(registration, "depth=3");
    const links = ["</3>;ver=1.2;pmin=10;pmax=200", "</3/0>", "</3/0/6>;dim=2", "</3/0/6/0>", "</3/0/6/1>"];
    for (const link of [...links, "</3/0/7>;dim=2;gt=6;lt=1;st=1", "</3/0/7/0>", "</3/0/7/1>;gt=8"]) {
      assertLink(three, link);
    }
  },
  "1.2-int-312": async (bench) => {
    const { device, registration } = await registered12(bench);
    await observesWithin(device, registration, ["pmin=1", "pmax=3"], 3);
  },
  "1.2-int-313": async (bench) => {
    const { device, registration } = await registered12(bench);
    await attributes(registration, "/3/0/7", "pmin=1", "pmax=60");
    await observesWithin(device, registration, ["pmin=1", "pmax=2"], 2);
  },
};

function assertByProfile({ request: { query, payload } }: Received): void {
  for (const item of ["lwm2m=1.2", `pid=${profileId}`]) assert.ok(query.includes(item), `${item} in ${query}`);
  assert.equal(payload.length, 0, "no list of objects beside the profile");
}

async function registered12(bench: Bench): Promise<{ device: Device; registration: Received }> {
  const server = await OwnServer.start(bench.cleanup);
  const device = await bench.startAt(server.port, "server", { lwm2m: "1.2" });
  const registration = await server.next(Method.POST, "rd");
  assert.ok(registration.request.query.includes("lwm2m=1.2"));
  await device.waitFor("registered");
  return { device, registration };
}

async function discover(registration: Received, query: string): Promise<string[]> {
  const asked = { method: Method.GET, path: "/3", query: [query], accept: ContentFormat.linkFormat };
  const { payload = new Uint8Array() } = await ask(registration, asked, "2.05");
  return decodeUtf8(payload, "links").split(",");
}

async function attributes(registration: Received, path: string, ...query: string[]): Promise<void> {
  await ask(registration, { method: Method.PUT, path, query }, "2.04");
}

function assertLink(links: readonly string[], link: string): void {
  assert.ok(links.includes(link), `${link} in ${links}`);
}

/** Both voltages at once, and again at least every so many seconds. */
async function observesWithin(device: Device, { association }: Received, query: readonly string[], seconds: number) {
  const notifications = new EventLog<CoapResponse>();
  const request = requestOf({ method: Method.GET, path: "/3/0/7", query, accept: ContentFormat.senmlJson });
  const observed = await association.endpoint.observe(request, { notification: (one) => notifications.push(one) });
  assert.ok(observed.observing, "the device takes the observation");
  assertVoltages(observed.response, "3800", "5000");
  for (const _ of [1, 2]) {
    assertVoltages(await notifications.waitFor(() => true, "notification", seconds + 1.5), "3800", "5000");
  }
  device.values.power([3600, 4800], [0, 0]);
  assertVoltages(await notifications.waitFor(() => true, "notification", seconds + 1.5), "3600", "4800");
  await observed.cancel();
}

function assertVoltages({ payload = new Uint8Array() }: CoapResponse, ...values: readonly string[]): void {
  const text = decodeUtf8(payload, "SenML");
  for (const value of values) assert.ok(text.includes(`"v":${value}`), `${value} in ${text}`);
}
