import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { simProfile } from "../support/foreign/device-sim.ts";
import { startLeshan } from "../support/foreign/leshan.ts";
import { manage } from "../support/foreign/manage-device.ts";
import { OurAgent } from "../support/foreign/our-agent.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";
import { startVirtualSimOverVpcd } from "../support/virtual-sim-over-vpcd.ts";

const ccm8 = "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8";

describe("our agent at Leshan, by a certificate whose key is on a SIM in a reader of pcscd", () => {
  test("registers and is managed", async (t) => {
    const authority = new TestAuthority(t);
    const leshan = await startLeshan(t, { identity: authority.server(), ca: authority.cert });
    await leshan.management.allow({ endpoint: "in-reader", tls: { mode: "x509" } });
    const events = await leshan.management.events("in-reader");
    const { reader } = await startVirtualSimOverVpcd(t, simProfile(authority.device("in-reader")));
    const server = {
      uri: `coaps://localhost:${leshan.ports.coaps}`,
      defaultMinimumPeriod: 0,
      security: {
        credential: `iotsafe:?channel=pcsc:${encodeURIComponent(reader)}`,
        trust: { anchors: [authority.cert] },
      },
    };
    const agent = new OurAgent(t, { endpoint: "in-reader", server });
    assert.equal((await agent.waitFor("handshake")).suite, ccm8);
    await agent.waitFor("registered");
    await events.waitFor("REGISTRATION");
    assert.equal((await leshan.management.registration("in-reader")).cipherSuite, ccm8);
    await manage(leshan.management, events, "in-reader");
    await agent.stop();
    await events.waitFor("DEREGISTRATION");
  });
});
