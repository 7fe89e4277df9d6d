import { ConnectivityMonitoringObject } from "../../../../src/lwm2m/objects/connectivity-monitoring-object.ts";
import { ConnectivityStatisticsObject } from "../../../../src/lwm2m/objects/connectivity-statistics-object.ts";
import { LocationObject } from "../../../../src/lwm2m/objects/location-object.ts";
import { realPorts } from "../../../support/sandbox.ts";
import type { Procedure } from "../bench.ts";
import { assertValues, single } from "../nodes.ts";
import { definition } from "../objects.ts";

/** ETS 1.1-int-701, 710, 801, 810, 901, 905 and 910: Connectivity Monitoring, Location, Connectivity Statistics. */
export const connectivity: Readonly<Record<string, Procedure>> = {
  "1.1-int-701": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [monitoring().object] });
    assertValues(await leshan.read("/4/0"), {
      "/4/0/0": "6",
      "/4/0/1/0": "6",
      "/4/0/1/1": "21",
      "/4/0/2": "-90",
      "/4/0/3": "12",
      "/4/0/4/0": "192.0.2.7",
      "/4/0/5/0": "192.0.2.1",
      "/4/0/7/0": "internet.example",
      "/4/0/8": "4711",
      "/4/0/9": "1",
      "/4/0/10": "262",
    });
  },
  "1.1-int-710": async (bench) => {
    const { object, set } = monitoring();
    const { leshan } = await bench.atLeshan({ objects: [object] });
    await leshan.attributes("/4/0", "pmin=1&pmax=3");
    assertValues(await leshan.observe("/4/0"), { "/4/0/2": "-90" });
    set(-75);
    assertValues(await leshan.notified("/4/0", 6), { "/4/0/2": "-75" });
    assertValues(await leshan.notified("/4/0", 6), { "/4/0/2": "-75" });
  },
  "1.1-int-801": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [location().object] });
    assertValues(await leshan.read("/6/0"), {
      "/6/0/0": "43.5723",
      "/6/0/1": "153.2176",
      "/6/0/2": "140.0",
      "/6/0/3": "100.0",
      "/6/0/4": "00",
      "/6/0/5": "1367491215000",
      "/6/0/6": "3.0",
    });
  },
  "1.1-int-810": async (bench) => {
    const { object, move } = location();
    const { leshan } = await bench.atLeshan({ objects: [object] });
    await leshan.attributes("/6/0", "pmin=1&pmax=3");
    assertValues(await leshan.observe("/6/0"), { "/6/0/0": "43.5723" });
    move(44.25, 1_367_491_220);
    assertValues(await leshan.notified("/6/0", 6), { "/6/0/0": "44.25", "/6/0/5": "1367491220000" });
  },
  "1.1-int-901": async (bench) => {
    const { object, count } = statistics();
    const { leshan } = await bench.atLeshan({ objects: [object] });
    await leshan.execute("/7/0/6");
    count(7000, 3000);
    await leshan.execute("/7/0/7");
    count(9000, 9000);
    assertValues(await leshan.read("/7/0"), { "/7/0/2": "7", "/7/0/3": "3" });
  },
  "1.1-int-905": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [statistics().object] });
    assertValues(await leshan.read("/7/0"), { "/7/0/8": "0" });
    await leshan.write("/7/0/8", single(8, "integer", 60));
    assertValues(await leshan.read("/7/0"), { "/7/0/8": "60" });
  },
  "1.1-int-910": async (bench) => {
    const { object, count } = statistics();
    const { leshan } = await bench.atLeshan({ objects: [object] });
    await leshan.attributes("/7/0", "pmin=1&pmax=3");
    await leshan.write("/7/0/8", single(8, "integer", 0));
    assertValues(await leshan.observe("/7/0"), { "/7/0/2": "0", "/7/0/3": "0" });
    await leshan.execute("/7/0/6");
    count(5000, 2000);
    for (let seen = "0"; seen !== "5"; ) seen = (await leshan.notified("/7/0", 6))["/7/0/2"] ?? "";
    await leshan.execute("/7/0/7");
    await leshan.cancel("/7/0", "active");
    assertValues(await leshan.read("/7/0"), { "/7/0/2": "5", "/7/0/3": "2" });
  },
};

function monitoring() {
  let dBm = -90;
  const object = new ConnectivityMonitoringObject(definition(4, "1.2"), {
    bearer: () => 6,
    availableBearers: () => [6, 21],
    signalStrength: () => dBm,
    linkQuality: () => 12,
    ipAddresses: () => ["192.0.2.7", "2001:db8::7"],
    routerAddresses: () => ["192.0.2.1"],
    linkUtilization: () => 20,
    apn: () => ["internet.example"],
    cell: () => ({ cellId: 4711, mobileNetworkCode: 1, mobileCountryCode: 262 }),
  });
  const set = (value: number): void => {
    dBm = value;
  };
  return { object, set };
}

function location() {
  const speed = { altitude: 140, radius: 100, velocity: Uint8Array.of(0), speed: 3 };
  let fix = { latitude: 43.5723, longitude: 153.2176, timestamp: 1_367_491_215, ...speed };
  let tell = (): void => {};
  const object = new LocationObject(definition(6), {
    fix: () => fix,
    onChange: (listener) => {
      tell = listener;
      return () => {};
    },
  });
  const move = (latitude: number, timestamp: number): void => {
    fix = { ...fix, latitude, timestamp };
    tell();
  };
  return { object, move };
}

function statistics() {
  let counts = { bytesSent: 0, bytesReceived: 0, packetsSent: 0, packetsReceived: 0 };
  const object = new ConnectivityStatisticsObject(definition(7), { counts: () => counts }, realPorts.timers);
  const count = (bytesSent: number, bytesReceived: number): void => {
    counts = { bytesSent, bytesReceived, packetsSent: 10, packetsReceived: 10 };
  };
  return { object, count };
}
