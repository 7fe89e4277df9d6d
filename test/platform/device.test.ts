import assert from "node:assert/strict";
import { mkdtempSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { machineDevice, offsetText } from "../../src/platform/device.ts";
import { silentLogger } from "../../src/util/log.ts";

test("the machine's real figures are given", async () => {
  const device = machineDevice({ manufacturer: "Maker" }, silentLogger);
  assert.equal(device.manufacturer, "Maker");
  assert.equal(await device.memoryTotal?.(), Math.floor(totalmem() / 1000));
  const free = (await device.memoryFree?.()) ?? 0;
  assert.ok(free > 0 && free <= totalmem() / 1000);
  assert.match(device.utcOffset?.() ?? "", /^[+-]\d\d:\d\d$/);
  assert.ok(device.currentTime() > 1_700_000_000);
});

test("the firmware's version is what its file holds now, else what the configuration says", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "device-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "version");
  const device = machineDevice({ firmwareVersion: "as configured", firmwareVersionFile: file }, silentLogger);
  assert.equal(device.firmwareVersion, "as configured");
  for (const version of ["1.0", "2.0"]) {
    writeFileSync(file, `${version}\n`);
    assert.equal(device.firmwareVersion, version);
  }
});

test("what is announced reaches who listens, until they stop", () => {
  const device = machineDevice({}, silentLogger);
  const heard: number[] = [];
  const stop = device.onChange?.((resource) => heard.push(resource));
  device.announce(3);
  stop?.();
  device.announce(4);
  assert.deepEqual(heard, [3]);
});

test("without a reboot command there is no reboot", () => {
  assert.equal(machineDevice({}, silentLogger).reboot, undefined);
});

test("the reboot command is run", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "device-"));
  const watcher = watch(folder);
  t.after(() => {
    watcher.close();
    rmSync(folder, { recursive: true });
  });
  const seen = new Promise<string | null>((resolve) => watcher.on("change", (_, name) => resolve(String(name))));
  machineDevice({ rebootCommand: `: > "${join(folder, "rebooted")}"` }, silentLogger).reboot?.();
  assert.equal(await seen, "rebooted");
});

test("offsets are written as in ISO 8601", () => {
  assert.deepEqual([0, 330, -210, 720].map(offsetText), ["+00:00", "+05:30", "-03:30", "+12:00"]);
});
