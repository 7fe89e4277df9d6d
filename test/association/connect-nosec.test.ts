import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connectNosec } from "../../src/association/connect-nosec.ts";
import { parseServerUri } from "../../src/association/server-uri.ts";
import type { CoapRequest } from "../../src/coap/exchange.ts";
import { Code, Method } from "../../src/coap/message.ts";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { monotonicClock } from "../../src/platform/clock.ts";
import { nodeTimers } from "../../src/platform/timers.ts";
import { udpNetwork } from "../../src/platform/udp-path.ts";
import { DeviceOperations } from "../../src/sandbox/device-operations.ts";
import { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { silentLogger } from "../../src/util/log.ts";

const ports = {
  network: udpNetwork(),
  clock: monotonicClock,
  timers: nodeTimers,
  entropy: nodeEntropy,
  ephemeralKeys: nodeEphemeralKeys,
  logger: silentLogger,
};

const request = (method: Method, path: string[], query: string[] = []): CoapRequest => ({
  method,
  path,
  query,
  options: [],
  payload: new Uint8Array(),
});

async function setUp(t: TestContext) {
  const told: string[] = [];
  const server = await LwM2mServer.start({
    listener: {
      registered: ({ endpoint }) => told.push(`registered ${endpoint}`),
      updated: ({ lifetime }) => told.push(`updated ${lifetime}`),
      deregistered: ({ endpoint }) => told.push(`deregistered ${endpoint}`),
    },
  });
  t.after(() => server.close());
  const handle = (asked: CoapRequest) => ({ code: Code.Content, payload: encodeUtf8(asked.path.join("/")) });
  const association = await connectNosec(parseServerUri(server.uri), handle, ports, new AbortController().signal);
  t.after(() => association.close());
  return { server, association, told };
}

test("a device registers, updates and goes, and the server reaches it meanwhile", async (t) => {
  const { server, association, told } = await setUp(t);
  const registered = await association.send(request(Method.POST, ["rd"], ["lwm2m=1.1", "ep=device", "lt=60"]));
  assert.deepEqual([registered.code, registered.locationPath], [Code.Created, ["rd", "1"]]);
  const [registration] = server.registrations;
  assert.ok(registration);
  const read = await new DeviceOperations(registration).read("/3/0/0");
  assert.equal(new TextDecoder().decode(read.payload), "3/0/0");
  assert.equal((await association.send(request(Method.POST, ["rd", "1"], ["lt=90"]))).code, Code.Changed);
  assert.equal((await association.send(request(Method.DELETE, ["rd", "1"]))).code, Code.Deleted);
  assert.equal((await association.send(request(Method.POST, ["rd", "1"]))).code, Code.NotFound);
  assert.deepEqual(told, ["registered device", "updated 90", "deregistered device"]);
});

test("traffic is counted in both directions", async (t) => {
  const { association } = await setUp(t);
  await association.send(request(Method.POST, ["rd"], ["lwm2m=1.1", "ep=d"]));
  assert.ok((association.traffic?.bytesSent ?? 0) > 20);
  assert.ok((association.traffic?.bytesReceived ?? 0) >= 10);
});

test("what is no proper registration is refused", async (t) => {
  const { association } = await setUp(t);
  const code = async (...query: string[]) => (await association.send(request(Method.POST, ["rd"], query))).code;
  assert.equal(await code("ep=d"), Code.BadRequest);
  assert.equal(await code("ep=d", "lwm2m=1.1", "lt=x"), Code.BadRequest);
  assert.equal(await code("ep=d", "lwm2m=1.2"), Code.PreconditionFailed);
  assert.equal((await association.send(request(Method.GET, ["rd"]))).code, Code.MethodNotAllowed);
  assert.equal((await association.send(request(Method.POST, ["bs"]))).code, Code.NotFound);
});
