import assert from "node:assert/strict";
import { test } from "node:test";
import { Code } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { DataModel, type DataModelChange } from "../../../src/lwm2m/data-model/data-model.ts";
import { routeRequest } from "../../../src/lwm2m/data-model/request-router.ts";
import { DeviceObject } from "../../../src/lwm2m/objects/device-object.ts";
import { ServerObject } from "../../../src/lwm2m/objects/server-object.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { VirtualTime } from "../../support/virtual-time.ts";
import { BenchDevice, type RequestFields, request } from "../bench-device.ts";
import { registry } from "../objects-folder.ts";

const plain = (payload: string) => ({ contentFormat: ContentFormat.text, payload });
const json = (payload: string) => ({ contentFormat: ContentFormat.senmlJson, payload });

test("Device shows what the port offers and nothing else", async () => {
  const device = new BenchDevice();
  const expected = {
    0: "Acme",
    1: "M1",
    2: "S-1",
    3: "1.2.3",
    9: "80",
    10: "1000",
    13: "1000",
    14: "+01:00",
    15: "Europe/Berlin",
    16: "U",
    21: "4000",
  };
  for (const [id, text] of Object.entries(expected))
    assert.equal(await device.text("GET", `/3/0/${id}`), `2.05 ${text}`);
  assert.equal(
    await device.text("GET", "/3/0/7", { accept: ContentFormat.senmlJson }),
    '2.05 [{"bn":"/3/0/7/","n":"0","v":3800}]',
  );
  assert.equal(await device.code("GET", "/3/0/17"), "4.04");
});

test("Device shows the firmware version of now, and tells observers of another", async () => {
  const device = new BenchDevice();
  let announce: (resource: number) => void = () => {};
  const port = {
    firmwareVersion: "1.0",
    currentTime: () => 5,
    onChange: (listener: (resource: number) => void) => {
      announce = listener;
      return () => {};
    },
  };
  const object = new DeviceObject(registry.get(3, "1.1"), port, device.time);
  const changes: unknown[] = [];
  object.onChange((change) => changes.push(change));
  device.model.remove(3);
  device.model.add(object);
  assert.equal(await device.text("GET", "/3/0/3"), "2.05 1.0");
  port.firmwareVersion = "2.0";
  announce(3);
  assert.equal(await device.text("GET", "/3/0/3"), "2.05 2.0");
  assert.deepEqual(changes, [{ instance: 0, resource: 3 }]);
});

test("Reset Error Code leaves the one code 0 and tells observers", async () => {
  const device = new BenchDevice();
  const changes: DataModelChange[] = [];
  device.model.onChange((change) => changes.push(change));
  const read = () => device.text("GET", "/3/0/11", { accept: ContentFormat.senmlJson });
  assert.equal(await read(), '2.05 [{"bn":"/3/0/11/","n":"0","v":1},{"n":"1","v":7}]');
  assert.equal(await device.code("POST", "/3/0/12"), "2.04");
  assert.equal(await read(), '2.05 [{"bn":"/3/0/11/","n":"0","v":0}]');
  assert.deepEqual(changes, [{ path: [3, 0, 11], structure: false }]);
});

test("Reboot and Factory Reset call their hooks after the answer", async () => {
  const device = new BenchDevice();
  assert.equal(await device.code("POST", "/3/0/4"), "2.04");
  assert.equal(await device.code("POST", "/3/0/5"), "2.04");
  assert.deepEqual(device.log.calls, []);
  await device.time.advance(1000);
  assert.deepEqual(device.log.calls, ["reboot", "factory reset"]);
});

test("without hooks Reboot is 5.01 and Factory Reset is not there", async () => {
  const device = new BenchDevice();
  device.model.remove(3);
  const time = new VirtualTime();
  device.model.add(new DeviceObject(registry.get(3, "1.1"), { currentTime: () => 5 }, time));
  assert.equal(await device.code("POST", "/3/0/4"), "5.01");
  assert.equal(await device.code("POST", "/3/0/5"), "4.04");
  assert.equal(await device.code("PUT", "/3/0/13", plain("7")), "4.05");
});

test("clock, offset and timezone are written to the port", async () => {
  const device = new BenchDevice();
  assert.equal(await device.code("PUT", "/3/0/13", plain("1700000000")), "2.04");
  assert.equal(await device.code("PUT", "/3/0/14", plain("-03:00")), "2.04");
  assert.equal(await device.text("GET", "/3/0/14"), "2.05 -03:00");
  assert.equal(await device.code("PUT", "/3/0/15", plain("Asia/Tokyo")), "4.05");
  assert.deepEqual(device.log.calls, ["time 1700000000"]);
});

test("Server writes change the settings at once and as a whole", async () => {
  const device = new BenchDevice();
  const changed: string[][] = [];
  device.server.onChange((keys) => changed.push([...keys].sort()));
  assert.equal(
    await device.code("POST", "/1/0", json('[{"bn":"/1/0/","n":"1","v":600},{"n":"2","v":5},{"n":"23","vb":false}]')),
    "2.04",
  );
  assert.deepEqual(changed, [["defaultMinimumPeriod", "lifetime", "muteSend"]]);
  assert.equal(await device.text("GET", "/1/0/1"), "2.05 600");
  const replace = '[{"bn":"/1/0/","n":"1","v":700},{"n":"6","vb":false},{"n":"7","vs":"U"}]';
  assert.equal(await device.code("PUT", "/1/0", json(replace)), "2.04");
  assert.deepEqual(device.server.settings, {
    shortServerId: 123,
    lifetime: 700,
    notificationStoring: false,
    binding: "U",
  });
});

test("Server refuses what it cannot live by", async () => {
  const device = new BenchDevice();
  const cases: [string, string, string][] = [
    ["/1/0/0", "5", "4.05"],
    ["/1/0/1", "-1", "4.00"],
    ["/1/0/1", "4294967296", "4.00"],
    ["/1/0/1", "9223372036854775807", "4.00"],
    ["/1/0/7", "X", "4.00"],
    ["/1/0/7", "UU", "4.00"],
    ["/1/0/7", "", "4.00"],
    ["/1/0/6", "2", "4.00"],
    ["/1/0/9", "1", "4.04"],
  ];
  for (const [path, value, code] of cases) assert.equal(await device.code("PUT", path, plain(value)), code, path);
  assert.equal(device.server.settings.lifetime, 300);
});

test("Disable and Registration Update Trigger reach whoever runs the account, and are 4.05 when nobody does", async () => {
  const device = new BenchDevice();
  assert.equal(await device.code("POST", "/1/0/8"), "4.05");
  const calls: string[] = [];
  device.server.attach({ disable: () => calls.push("disable"), updateRegistration: () => calls.push("update") });
  assert.equal(await device.code("POST", "/1/0/8"), "2.04");
  assert.equal(await device.code("POST", "/1/0/4"), "2.04");
  assert.deepEqual(calls, ["update", "disable"]);
});

test("the data model says when objects and instances come and go, and refuses an id twice", () => {
  const device = new BenchDevice();
  const changes: DataModelChange[] = [];
  const stop = device.model.onChange((change) => changes.push(change));
  device.testObject.addInstance(4);
  device.model.remove(33000);
  device.testObject.addInstance(5);
  assert.throws(
    () => device.model.add(new DeviceObject(registry.get(3), { currentTime: () => 0 }, device.time)),
    RangeError,
  );
  stop();
  device.model.add(device.testObject);
  assert.deepEqual(changes, [
    { path: [33000, 4], structure: true },
    { path: [33000], structure: true },
  ]);
  assert.deepEqual(new DataModel().objects(), []);
});

test("Server shows and takes what decides retries where its version lets servers reach it", async () => {
  const device = new BenchDevice();
  device.server.replace({ ...device.server.settings, retryCount: 3, alertCode: 48, preferredTransport: "U" });
  assert.equal(await device.text("GET", "/1/0/11"), "2.05 48");
  assert.equal(await device.code("GET", "/1/0/17"), "4.04", "no operations in version 1.1");
  const model = new DataModel([new ServerObject(registry.get(1, "1.2"), [device.server])]);
  const ask = (method: "GET" | "PUT", path: string, fields: RequestFields = {}) =>
    routeRequest(request(method, path, fields), model, device.context, silentLogger);
  const read = await ask("GET", "/1/0/17");
  assert.equal(new TextDecoder().decode(read.payload), "3");
  assert.equal((await ask("PUT", "/1/0/18", plain("7"))).code, Code.Changed);
  assert.equal((await ask("PUT", "/1/0/22", plain("UT"))).code, Code.BadRequest);
  assert.equal((await ask("PUT", "/1/0/11", plain("1"))).code, Code.MethodNotAllowed);
  const replace = json('[{"bn":"/1/0/","n":"1","v":700},{"n":"6","vb":false},{"n":"7","vs":"U"}]');
  assert.equal((await ask("PUT", "/1/0", replace)).code, Code.Changed);
  const { retryTimer, alertCode } = device.server.settings;
  assert.deepEqual([retryTimer, alertCode], [undefined, 48], "what a server cannot write stays");
});
