import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  machineConnectivity,
  machineTraffic,
  parseCounts,
  parseDefaultRoute,
  parseWireless,
} from "../../src/platform/connectivity.ts";

const devices = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 51112099  205366    0    0    0     0          0         0 51112099  205366    0    0    0     0       0          0
  eth0:    1000      10    0    0    0     0          0         0     2000      20    0    0    0     0       0          0
wlan0:500 5 0 0 0 0 0 0 700 7 0 0 0 0 0 0
`;
const routes = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wlan0	00000000	FE0200C0	0003	0	0	600	00000000	0	0	0
eth0	00000000	010200C0	0003	0	0	100	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
`;
const wireless = `Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   54.  -56.  -256        0      0      0      0     29        0
`;

test("counts are those of all interfaces but loopback", () => {
  assert.deepEqual(parseCounts(devices), {
    bytesReceived: 1500,
    packetsReceived: 15,
    bytesSent: 2700,
    packetsSent: 27,
  });
  assert.deepEqual(parseCounts(""), { bytesReceived: 0, packetsReceived: 0, bytesSent: 0, packetsSent: 0 });
});

test("the default route is the one with the smallest metric", () => {
  assert.deepEqual(parseDefaultRoute(routes), { name: "eth0", gateway: "192.0.2.1" });
  assert.equal(parseDefaultRoute("Iface\n"), undefined);
  assert.equal(parseDefaultRoute(""), undefined);
});

test("a wireless interface has a level and a quality", () => {
  assert.deepEqual(parseWireless(wireless, "wlan0"), { quality: 54, level: -56 });
  assert.equal(parseWireless(wireless, "wlan"), undefined);
  assert.equal(parseWireless(wireless, "eth0"), undefined);
});

test("the kernel's files say which bearer is in use", async () => {
  const root = mkdtempSync(join(tmpdir(), "connectivity-"));
  try {
    const folders = { proc: join(root, "proc"), sys: join(root, "sys") };
    mkdirSync(join(folders.proc, "net"), { recursive: true });
    mkdirSync(join(folders.sys, "class/net/wlan0/phy80211"), { recursive: true });
    writeFileSync(join(folders.proc, "net/dev"), devices);
    writeFileSync(join(folders.proc, "net/route"), routes);
    writeFileSync(join(folders.proc, "net/wireless"), wireless);
    const port = machineConnectivity(folders);
    assert.equal(await port.bearer(), 41);
    assert.equal(await port.signalStrength?.(), undefined);
    assert.deepEqual(await port.routerAddresses?.(), ["192.0.2.1"]);
    writeFileSync(join(folders.proc, "net/route"), routes.split("\n").slice(0, 2).join("\n"));
    assert.equal(await port.bearer(), 21);
    assert.equal(await port.signalStrength?.(), -56);
    assert.equal((await machineTraffic(folders).counts()).bytesSent, 2700);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("this machine answers, whatever it has", async () => {
  const port = machineConnectivity();
  assert.ok((await port.bearer()) >= 0);
  assert.ok(Array.isArray(await port.availableBearers()) && Array.isArray(await port.ipAddresses()));
  assert.ok((await machineTraffic().counts()).bytesSent >= 0);
});
