import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { manage } from "../support/foreign/manage-device.ts";
import { OurAgent } from "../support/foreign/our-agent.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";

describe("our agent at Leshan, in the clear", () => {
  const cleanup = suiteCleanup();
  let leshan: Leshan;
  before(async () => {
    leshan = await startLeshan(cleanup);
  });

  test("registers, is managed and de-registers when it is stopped", async (t) => {
    const events = await leshan.management.events("clear");
    const server = { uri: `coap://127.0.0.1:${leshan.ports.coap}`, defaultMinimumPeriod: 0 };
    const agent = new OurAgent(t, { endpoint: "clear", server });
    await agent.waitFor("registered");
    const registration = await events.waitFor("REGISTRATION");
    assert.equal(registration.lwM2mVersion, "1.1");
    assert.equal(registration.bindingMode, "U");
    const links = registration.objectLinks.map(({ url }) => url);
    assert.ok(links.includes("/1/0") && links.includes("/3/0"), `Server and Device in ${links}`);
    assert.ok(!links.some((url) => url.startsWith("/0")), `Security in ${links}`);
    await manage(leshan.management, events, "clear");
    await agent.stop();
    assert.equal((await events.waitFor("DEREGISTRATION")).expired, false);
  });

  test("updates its registration before the lifetime ends", async (t) => {
    const events = await leshan.management.events("short-lived");
    const server = { uri: `coap://127.0.0.1:${leshan.ports.coap}`, lifetime: 20 };
    new OurAgent(t, { endpoint: "short-lived", server });
    const { registrationId } = await events.waitFor("REGISTRATION");
    const { registration } = await events.waitFor("UPDATED");
    assert.equal(registration.registrationId, registrationId);
  });

  test("runs the configured command when a server says Reboot", async (t) => {
    const rebooted = join(temporaryFolder(t), "rebooted");
    const events = await leshan.management.events("restless");
    const server = { uri: `coap://127.0.0.1:${leshan.ports.coap}` };
    new OurAgent(t, { endpoint: "restless", server, hooks: { reboot: `touch ${rebooted}` } });
    await events.waitFor("REGISTRATION");
    assert.equal((await leshan.management.execute("restless", "/3/0/4")).status, "CHANGED(204)");
    while (!existsSync(rebooted)) await new Promise((resolve) => setImmediate(resolve));
  });
});
