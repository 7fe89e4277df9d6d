import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import type { LatencyChoice } from "../../src/sandbox/card/latency.ts";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { simAtSocket } from "../support/foreign/device-sim.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { manage } from "../support/foreign/manage-device.ts";
import { OurAgent } from "../support/foreign/our-agent.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";

const ccm8 = "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8";

describe("our agent at Leshan, by a certificate whose key is on the SIM", () => {
  const cleanup = suiteCleanup();
  const authority = new TestAuthority(cleanup);
  let leshan: Leshan;
  before(async () => {
    leshan = await startLeshan(cleanup, { identity: authority.server(), ca: authority.cert });
  });

  const account = (credential: string, anchors = [authority.cert]) => ({
    uri: `coaps://localhost:${leshan.ports.coaps}`,
    defaultMinimumPeriod: 0,
    security: { credential, trust: { anchors } },
  });
  const allow = (endpoint: string) => leshan.management.allow({ endpoint, tls: { mode: "x509" } });

  test("registers and is managed with a SIM at a socket", async (t) => {
    await allow("at-socket");
    const events = await leshan.management.events("at-socket");
    const credential = await simAtSocket(t, authority.device("at-socket"));
    const agent = new OurAgent(t, { endpoint: "at-socket", server: account(credential) });
    assert.equal((await agent.waitFor("handshake")).suite, ccm8);
    await agent.waitFor("registered");
    assert.equal((await events.waitFor("REGISTRATION")).secure, true);
    assert.equal((await leshan.management.registration("at-socket")).cipherSuite, ccm8);
    await manage(leshan.management, events, "at-socket");
    await agent.stop();
    assert.equal((await events.waitFor("DEREGISTRATION")).expired, false);
  });

  for (const latency of [0, 60, 700, 5000, "median", "slow"] satisfies LatencyChoice[]) {
    test(`registers with a SIM that signs in ${latency}${typeof latency === "number" ? " ms" : " time"}`, async (t) => {
      const endpoint = `signs-${latency}`;
      await allow(endpoint);
      const credential = await simAtSocket(t, authority.device(endpoint), latency);
      const agent = new OurAgent(t, { endpoint, server: account(credential) });
      await agent.waitFor("registered", () => true, 60);
      assert.equal((await leshan.management.registration(endpoint)).cipherSuite, ccm8);
    });
  }

  test("uses one signature and no other card operation in the handshake, and reads no file at the second start", async (t) => {
    await allow("economical");
    const stateDirectory = join(temporaryFolder(t), "state");
    const credential = await simAtSocket(t, authority.device("economical"));
    for (const fileReads of [1, 0]) {
      const network = { resumption: false };
      const agent = new OurAgent(t, { endpoint: "economical", server: account(credential), stateDirectory, network });
      const figures = await agent.waitFor("figures");
      const { startup, handshake } = figures.card as Record<string, Record<string, number>>;
      assert.equal(startup?.fileReads, fileReads);
      const { signatures, keyGenerations, otherOperations } = handshake ?? {};
      assert.deepEqual([signatures, keyGenerations, handshake?.fileReads, otherOperations], [1, 0, 0, 0]);
      await agent.stop();
    }
  });

  test("is told by Leshan that its certificate is for another endpoint, and says so", async (t) => {
    await allow("somebody-else");
    const credential = await simAtSocket(t, authority.device("mine"));
    const agent = new OurAgent(t, { endpoint: "somebody-else", server: account(credential) });
    assert.match(JSON.stringify(await agent.waitFor("retrying")), /4\.03|Forbidden/i);
  });

  test("refuses a server whose issuer it does not trust, and says which", async (t) => {
    await allow("careful");
    const credential = await simAtSocket(t, authority.device("careful"));
    const anchors = [new TestAuthority(t, "Somebody else's CA").cert];
    const agent = new OurAgent(t, { endpoint: "careful", server: account(credential, anchors) });
    assert.match(JSON.stringify(await agent.waitFor("retrying")), /issuer|trust/i);
  });

  test("registers with key and certificate in files", async (t) => {
    await allow("in-files");
    const { key, cert } = authority.device("in-files");
    const agent = new OurAgent(t, { endpoint: "in-files", server: account(`file:${key}?cert=${cert}`) });
    await agent.waitFor("registered");
    assert.equal((await leshan.management.registration("in-files")).cipherSuite, ccm8);
  });
});
