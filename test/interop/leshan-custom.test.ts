import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { OurAgent } from "../support/foreign/our-agent.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { modelsFolder } from "./ets/models-folder.ts";

describe("objects of the configuration at Leshan", () => {
  const cleanup = suiteCleanup();
  let leshan: Leshan;
  before(async () => {
    leshan = await startLeshan(cleanup, { models: modelsFolder(cleanup) });
  });

  test("a sensor in a file is observed, an actuator behind a command is written", async (t) => {
    const folder = temporaryFolder(t);
    const [sensor, relay] = [join(folder, "temperature"), join(folder, "relay")];
    writeFileSync(sensor, "21500\n");
    const events = await leshan.management.events("custom");
    const agent = new OurAgent(t, {
      endpoint: "custom",
      server: { uri: `coap://127.0.0.1:${leshan.ports.coap}`, defaultMinimumPeriod: 0 },
      objects: {
        instances: {
          "/3303/0": { 5700: { file: sensor, scale: 0.001, poll: 0.1 }, 5701: { constant: "Cel" } },
          "/3306/0": {
            5850: { command: { read: ["/bin/cat", relay], write: ["/bin/sh", "-c", 'cat > "$0"', relay] } },
          },
        },
      },
    });
    await agent.waitFor("registered");
    const { objectLinks } = await events.waitFor("REGISTRATION");
    const urls = objectLinks.map(({ url }) => url);
    for (const url of ["/3303/0", "/3306/0"]) assert.ok(urls.includes(url), `${url} in ${urls}`);

    const temperature = (value: string) => ({ kind: "singleResource", id: 5700, type: "FLOAT", value });
    const observed = await leshan.management.observe("custom", "/3303/0/5700");
    assert.deepEqual([observed.status, observed.content], ["CONTENT(205)", temperature("21.5")]);
    writeFileSync(sensor, "22250\n");
    const notified = await events.waitFor("NOTIFICATION");
    assert.deepEqual(notified.val, temperature("22.25"));

    const level = (value: boolean) => ({ kind: "singleResource", id: 5850, type: "BOOLEAN", value }) as const;
    for (const [value, text] of [
      [true, "1"],
      [false, "0"],
    ] as const) {
      const { status } = await leshan.management.write("custom", "/3306/0/5850", level(value), { format: "TLV" });
      assert.equal(status, "CHANGED(204)");
      assert.equal(readFileSync(relay, "utf8").trim(), text);
      assert.deepEqual((await leshan.management.read("custom", "/3306/0/5850")).content, level(value));
    }
    await agent.stop();
  });
});
