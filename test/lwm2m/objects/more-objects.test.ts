import assert from "node:assert/strict";
import { test } from "node:test";
import { codeText } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { opaqueValue, stringValue } from "../../../src/formats/values.ts";
import type { LwM2mObject, ObjectChange } from "../../../src/lwm2m/data-model/object.ts";
import { ConnectivityMonitoringObject } from "../../../src/lwm2m/objects/connectivity-monitoring-object.ts";
import { ConnectivityStatisticsObject } from "../../../src/lwm2m/objects/connectivity-statistics-object.ts";
import { LocationObject } from "../../../src/lwm2m/objects/location-object.ts";
import { PlainObject } from "../../../src/lwm2m/objects/plain-object.ts";
import { PortfolioObject } from "../../../src/lwm2m/objects/portfolio-object.ts";
import type { Fix } from "../../../src/lwm2m/ports/location-port.ts";
import { settle } from "../../support/virtual-time.ts";
import { BenchDevice, type RequestFields } from "../bench-device.ts";
import { registry } from "../objects-folder.ts";

const { senmlJson, text } = ContentFormat;
const json = (payload: string): RequestFields => ({ contentFormat: senmlJson, payload });

function withObject(make: (device: BenchDevice) => LwM2mObject): BenchDevice {
  const device = new BenchDevice();
  device.model.add(make(device));
  return device;
}

const read = (device: BenchDevice, path: string) => device.text("GET", path, { accept: senmlJson });

test("Location shows the last position, and nothing before the first", async () => {
  let fix: Fix | undefined;
  let moved = () => {};
  const onChange = (listener: () => void) => {
    moved = listener;
    return () => {};
  };
  const object = new LocationObject(registry.get(6), { fix: () => fix, onChange });
  const device = withObject(() => object);
  assert.equal(await read(device, "/6/0"), "2.05 []");
  assert.equal(await device.code("GET", "/6/0/0"), "4.04");
  fix = { latitude: -43.5723, longitude: 153.2176, timestamp: 1_700_000_000.7, speed: 1.5 };
  const changes: ObjectChange[] = [];
  object.onChange((change) => changes.push(change));
  moved();
  assert.equal(changes.length, 7);
  assert.equal(
    await read(device, "/6/0"),
    '2.05 [{"bn":"/6/0/","n":"0","v":-43.5723},{"n":"1","v":153.2176},{"n":"5","v":1700000000},{"n":"6","v":1.5}]',
  );
  fix = { ...fix, altitude: 12, radius: 3, velocity: Uint8Array.of(1, 2) };
  assert.equal(await device.text("GET", "/6/0/2"), "2.05 12");
  assert.equal(await device.text("GET", "/6/0/4"), "2.05 AQI=");
  assert.ok(!object.changesByItself(0, 0));
  assert.ok(new LocationObject(registry.get(6), { fix: () => fix }).changesByItself(0, 0));
});

test("Connectivity Monitoring shows what the port knows", async () => {
  const device = withObject(
    () =>
      new ConnectivityMonitoringObject(registry.get(4), {
        bearer: () => 6,
        availableBearers: async () => [6, 21],
        signalStrength: () => -71.4,
        ipAddresses: () => ["192.0.2.7", "2001:db8::7"],
        routerAddresses: () => ["192.0.2.1"],
        cell: async () => ({ cellId: 99, mobileNetworkCode: 1, mobileCountryCode: 262 }),
        apn: () => ["internet"],
      }),
  );
  assert.equal(
    await read(device, "/4/0"),
    '2.05 [{"bn":"/4/0/","n":"0","v":6},{"n":"1/0","v":6},{"n":"1/1","v":21},{"n":"2","v":-71},' +
      '{"n":"4/0","vs":"192.0.2.7"},{"n":"4/1","vs":"2001:db8::7"},{"n":"5/0","vs":"192.0.2.1"},' +
      '{"n":"7/0","vs":"internet"},{"n":"8","v":99},{"n":"9","v":1},{"n":"10","v":262}]',
  );
  assert.equal(await device.code("GET", "/4/0/11"), "4.04");
  assert.equal(await device.code("PUT", "/4/0/0", { contentFormat: text, payload: "1" }), "4.05");
  const wired = { bearer: () => 41, availableBearers: () => [41], ipAddresses: () => [] };
  const least = withObject(() => new ConnectivityMonitoringObject(registry.get(4, "1.0"), wired));
  assert.equal(await read(least, "/4/0"), '2.05 [{"bn":"/4/0/","n":"0","v":41},{"n":"1/0","v":41},{"n":"2","v":0}]');
});

/** Connectivity Statistics over totals that a test sets. */
function statistics() {
  const totals = { bytesSent: 10_000, bytesReceived: 5000, packetsSent: 10, packetsReceived: 5 };
  const device = withObject(
    ({ time }) => new ConnectivityStatisticsObject(registry.get(7), { counts: () => ({ ...totals }) }, time),
  );
  const shown = async () => {
    const values = await Promise.all([2, 3, 5].map((id) => device.text("GET", `/7/0/${id}`)));
    return values.map((value) => value.slice(5)).join(" ");
  };
  return { totals, device, shown };
}

test("Connectivity Statistics counts from Start to Stop", async () => {
  const { totals, device, shown } = statistics();
  assert.equal(await shown(), "0 0 0");
  assert.equal(await device.code("POST", "/7/0/6"), "2.04");
  Object.assign(totals, { bytesSent: 12_999, bytesReceived: 6000, packetsSent: 12, packetsReceived: 7 });
  assert.equal(await shown(), "2 1 1000");
  assert.equal(await device.code("POST", "/7/0/7"), "2.04");
  totals.bytesSent = 99_000;
  assert.equal(await shown(), "2 1 1000");
  assert.equal(await device.code("POST", "/7/0/6"), "2.04");
  assert.equal(await shown(), "0 0 0");
  Object.assign(totals, { bytesSent: 4000, packetsSent: 1 });
  assert.equal(await shown(), "4 0 4000", "the totals started anew");
});

test("Connectivity Statistics stops by itself after the Collection Period", async () => {
  const { totals, device, shown } = statistics();
  assert.equal(await device.code("PUT", "/7/0/8", { contentFormat: text, payload: "60" }), "2.04");
  assert.equal(await device.code("PUT", "/7/0/8", { contentFormat: text, payload: "-1" }), "4.00");
  await device.code("POST", "/7/0/6");
  totals.bytesSent += 3000;
  await device.time.advance(59_999);
  totals.bytesSent += 1000;
  await device.time.advance(1);
  totals.bytesSent += 50_000;
  assert.equal((await shown()).split(" ")[0], "4");
  assert.equal(await device.text("GET", "/7/0/8"), "2.05 60");
});

test("a plain object holds what is written, and instances come and go", async () => {
  const object = new PlainObject(registry.get(19));
  const device = withObject(() => object);
  const create = json('[{"bn":"/19/3/","n":"0/0","vd":"AQI"},{"n":"3","vs":"meter reading"}]');
  assert.equal(await device.code("POST", "/19", create), "2.01");
  assert.equal(
    await read(device, "/19/3"),
    '2.05 [{"bn":"/19/3/","n":"0/0","vd":"AQI"},{"n":"3","vs":"meter reading"}]',
  );
  const chosen = await device.ask("POST", "/19", {
    contentFormat: ContentFormat.tlv,
    payload: Uint8Array.of(0x83, 0, 0x41, 0, 9),
  });
  assert.deepEqual([codeText(chosen.code), chosen.locationPath], ["2.01", ["19", "0"]]);
  assert.equal(await device.code("PUT", "/19/3", json('[{"n":"/19/3/0/1","vd":"_w"}]')), "2.04");
  assert.deepEqual(object.values(3), new Map([[0, new Map([[1, opaqueValue(Uint8Array.of(255))]])]]));
  assert.equal(await device.code("POST", "/19", {}), "4.00", "Data are mandatory");
  assert.equal(await device.code("DELETE", "/19/3"), "2.02");
  assert.deepEqual([object.instances(), object.values(3)], [[0], undefined]);
  const changes: ObjectChange[] = [];
  object.onChange((change) => changes.push(change));
  object.set(0, new Map([[3, stringValue("restored")]]));
  object.setValue(0, 4, stringValue("utf-8"));
  assert.equal(await device.text("GET", "/19/0/3"), "2.05 restored");
  assert.equal(await device.code("GET", "/19/0/0"), "4.04");
  assert.equal(changes.length, 7);
});

test("an instance without resources is created where none is mandatory, and only there", async () => {
  const tlvInstance = { contentFormat: ContentFormat.tlv, payload: Uint8Array.of(0, 3) };
  const definition = registry.get(19);
  const optional = [...definition.resources].map(([id, resource]) => [id, { ...resource, mandatory: false }] as const);
  const object = new PlainObject({ ...definition, resources: new Map(optional) });
  const device = withObject(() => object);
  assert.equal(await device.code("POST", "/19", tlvInstance), "2.01");
  assert.equal(await device.code("POST", "/19", tlvInstance), "4.00", "it is there already");
  assert.equal(await device.code("POST", "/19"), "2.01");
  assert.deepEqual(object.instances(), [0, 3]);
  const strict = new PlainObject(definition);
  assert.equal(await withObject(() => strict).code("POST", "/19", tlvInstance), "4.00");
  assert.deepEqual(strict.instances(), []);
});

test("Portfolio has identities, and authentication data where the device can make them", async () => {
  const plain = new PortfolioObject(registry.get(16));
  const device = withObject(() => plain);
  const create = json('[{"bn":"/16/0/","n":"0/0","vs":"host-1"},{"n":"0/1","vs":"Acme"}]');
  assert.equal(await device.code("POST", "/16", create), "2.01");
  assert.equal(await device.code("POST", "/16/0/1"), "4.04");
  assert.equal(await device.code("GET", "/16/0/3"), "4.04");
  assert.equal(await device.code("DELETE", "/16/0"), "2.02");

  let answer: (data: Uint8Array[] | Error) => void = () => {};
  const asked: string[] = [];
  const able = withObject(
    () =>
      new PortfolioObject(registry.get(16), (instance, args) => {
        asked.push(`${instance} ${args.get(0)}`);
        return new Promise((resolve, reject) => {
          answer = (data) => (data instanceof Error ? reject(data) : resolve(data));
        });
      }),
  );
  await able.code("POST", "/16", create);
  assert.equal(await able.text("GET", "/16/0/3"), "2.05 0");
  assert.equal(await able.code("POST", "/16/0/1", { contentFormat: text, payload: "0='abc'" }), "2.04");
  assert.equal(await able.text("GET", "/16/0/3"), "2.05 0");
  assert.deepEqual(asked, ["0 abc"]);
  answer([Uint8Array.of(1)]);
  await settle();
  assert.equal(await able.text("GET", "/16/0/3"), "2.05 1");
  assert.equal(await read(able, "/16/0/2"), '2.05 [{"bn":"/16/0/2/","n":"0","vd":"AQ"}]');
  await able.code("POST", "/16/0/1");
  answer(new Error("no key"));
  await settle();
  assert.equal(await able.text("GET", "/16/0/3"), "2.05 2");
  assert.equal(await read(able, "/16/0/2"), "2.05 []");
});
