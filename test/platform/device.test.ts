import assert from "node:assert/strict";
import { mkdtempSync, rmSync, watch } from "node:fs";
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
