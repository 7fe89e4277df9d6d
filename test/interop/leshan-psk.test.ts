import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { type Cleanup, suiteCleanup } from "../support/foreign/cleanup.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { manage } from "../support/foreign/manage-device.ts";
import { OurAgent } from "../support/foreign/our-agent.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";

const key = "00112233445566778899aabbccddeeff";

describe("our agent at Leshan, by a pre-shared key in a file", () => {
  const cleanup = suiteCleanup();
  let leshan: Leshan;
  before(async () => {
    leshan = await startLeshan(cleanup);
  });

  function startAgent(t: Cleanup, endpoint: string): OurAgent {
    const file = join(temporaryFolder(t), "psk.hex");
    writeFileSync(file, key);
    const security = { credential: `file:${file}?identity=${endpoint}-identity` };
    const server = { uri: `coaps://127.0.0.1:${leshan.ports.coaps}`, defaultMinimumPeriod: 0, security };
    return new OurAgent(t, { endpoint, server });
  }

  const allow = (endpoint: string) =>
    leshan.management.allow({ endpoint, tls: { mode: "psk", details: { identity: `${endpoint}-identity`, key } } });

  test("registers and is managed", async (t) => {
    await allow("shared");
    const events = await leshan.management.events("shared");
    const agent = startAgent(t, "shared");
    assert.match(String((await agent.waitFor("handshake")).suite), /^TLS_(ECDHE_)?PSK_WITH_AES_128_CCM_8/);
    await agent.waitFor("registered");
    await events.waitFor("REGISTRATION");
    assert.match((await leshan.management.registration("shared")).cipherSuite ?? "", /PSK_WITH_AES_128_CCM_8/);
    await manage(leshan.management, events, "shared");
    await agent.stop();
    await events.waitFor("DEREGISTRATION");
  });
});
