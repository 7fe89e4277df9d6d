import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Code, Method } from "../../src/coap/message.ts";
import { ContentFormat } from "../../src/formats/content-format.ts";
import { DeviceOperations } from "../../src/sandbox/device-operations.ts";
import { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { WatchedAgent } from "../support/watched-agent.ts";

test("an observer hears of the new firmware version as soon as it is installed", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "firmware-version-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "version");
  writeFileSync(file, "1.0\n");
  const server = await LwM2mServer.start();
  t.after(() => server.close());
  const watched = await WatchedAgent.start(t, folder, {
    endpoint: "urn:dev:ops:device",
    server: { uri: server.uri, lifetime: 300 },
    device: { firmwareVersionFile: file },
    firmware: { install: `cp "$LWM2M_PACKAGE" ${file}` },
  });
  await watched.until("registered");
  const [registration] = server.registrations;
  assert.ok(registration);
  const device = new DeviceOperations(registration);
  const notified = new Promise<string>((resolve, reject) => {
    device.observe("/3/0/3", ({ payload }) => resolve(new TextDecoder().decode(payload))).catch(reject);
  });
  const pushed = await registration.association.send({
    method: Method.PUT,
    path: ["5", "0", "0"],
    query: [],
    options: [],
    contentFormat: ContentFormat.opaque,
    payload: encodeUtf8("2.0"),
  });
  assert.equal(pushed.code, Code.Changed);
  assert.equal((await device.execute("/5/0/2")).code, Code.Changed);
  assert.equal(await notified, "2.0");
  await watched.agent.stop();
});
