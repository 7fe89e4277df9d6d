import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import {
  startPionClient,
  startPionServer,
  startScandiumClient,
  startScandiumServer,
} from "../support/foreign/dtls-peer.ts";
import { connectOurClient, listenOurServer, type OurEnd } from "../support/foreign/our-dtls.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";
import { UdpNat } from "../support/foreign/udp-nat.ts";

describe("Connection IDs of our DTLS with Californium and pion", () => {
  const cleanup = suiteCleanup();
  const authority = new TestAuthority(cleanup);
  const [server, device, ca] = [authority.server(), authority.device("device"), authority.cert];
  const psk = { psk: "00112233445566778899aabbccddeeff", identity: "device" };
  const pskFile = join(temporaryFolder(cleanup), "psk.hex");
  writeFileSync(pskFile, psk.psk);
  const credential = `file:${pskFile}?identity=${psk.identity}`;
  const pskSuites = ["TLS_PSK_WITH_AES_128_CCM_8", "TLS_PSK_WITH_AES_128_GCM_SHA256"];
  const overCertificate = "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8";

  async function idsOf(end: OurEnd): Promise<readonly (number | undefined)[]> {
    const { connectionIds: ids } = await end.session;
    return [ids?.own.length, ids?.peer.length];
  }

  /** Each record comes back although the server sees another port before each. */
  async function talkThroughRebinds(ours: OurEnd, nat: UdpNat, times: number): Promise<void> {
    const handshake = nat.handshakeDatagrams;
    for (let time = 0; time < times; time++) {
      await nat.rebind();
      ours.send(`record ${time}`);
      assert.equal(await ours.received.waitFor(() => true, "echo"), `record ${time}`);
    }
    assert.equal(nat.handshakeDatagrams, handshake);
  }

  for (const suites of pskSuites) {
    for (const [own, peers] of [
      [0, 6],
      [4, 6],
      [4, 0],
    ] as const) {
      test(`${suites}: ours ${own}, Californium's ${peers} bytes, in both roles`, async (t) => {
        const { port } = await startScandiumServer(t, { suites, ...psk, cid: peers });
        const options = { credential, suites: [suites], connectionIdLength: own };
        const client = await connectOurClient(t, port, options);
        assert.deepEqual(await idsOf(client), [own, peers]);
        client.send("there and back");
        assert.equal(await client.received.waitFor(() => true, "echo"), "there and back");

        const ours = await listenOurServer(t, options);
        const peer = startScandiumClient(t, ours.port, { suites, ...psk, cid: peers });
        assert.deepEqual(await idsOf(ours), [own, peers]);
        peer.send(Buffer.from("to our server"));
        assert.equal(await ours.received.waitFor((text) => text !== "", "record"), "to our server");
        ours.send("and from it");
        assert.equal((await peer.waitFor("data")).hex, Buffer.from("and from it").toString("hex"));
      });
    }
  }

  test("by certificate, 20 records to Californium, each from another port, without a handshake record", async (t) => {
    const { port } = await startScandiumServer(t, { suites: overCertificate, ...server, ca, cid: 6 });
    const nat = await UdpNat.before(t, port);
    const uri = `file:${device.key}?cert=${device.cert}`;
    const ours = await connectOurClient(t, nat.port, { credential: uri, ca, suites: [overCertificate] });
    await ours.connected;
    const needs = ours.needs();
    await talkThroughRebinds(ours, nat, 20);
    assert.equal(ours.needs(), needs);
  });

  test("our listener follows a Californium client from port to port", async (t) => {
    const [suites = ""] = pskSuites;
    const ours = await listenOurServer(t, { credential, suites: [suites] });
    const nat = await UdpNat.before(t, ours.port);
    const peer = startScandiumClient(t, nat.port, { suites, ...psk, cid: 0 });
    assert.deepEqual(await idsOf(ours), [6, 0]);
    await peer.waitFor("connected");
    const handshake = nat.handshakeDatagrams;
    for (let time = 0; time < 20; time++) {
      await nat.rebind();
      peer.send(Buffer.from(`up ${time}`));
      assert.equal(await ours.received.waitFor((text) => text !== "", "record"), `up ${time}`);
      ours.send(`down ${time}`);
      assert.equal((await peer.waitFor("data")).hex, Buffer.from(`down ${time}`).toString("hex"));
    }
    assert.equal(nat.handshakeDatagrams, handshake);
  });

  test("a Californium without Connection IDs is taken, either way", async (t) => {
    const [suites = ""] = pskSuites;
    const { port } = await startScandiumServer(t, { suites, ...psk });
    assert.deepEqual(await idsOf(await connectOurClient(t, port, { credential })), [undefined, undefined]);
    const ours = await listenOurServer(t, { credential });
    startScandiumClient(t, ours.port, { suites, ...psk });
    assert.deepEqual(await idsOf(ours), [undefined, undefined]);
  });

  for (const [own, peers] of [
    [0, 8],
    [4, 8],
    [4, 0],
  ] as const) {
    test(`ours ${own}, pion's ${peers} bytes, in both roles`, async (t) => {
      const uri = (who: typeof server): string => `file:${who.key}?cert=${who.cert}`;
      const { port } = await startPionServer(t, { suites: overCertificate, ...server, ca, cid: peers });
      const options = { ca, suites: [overCertificate], connectionIdLength: own };
      const client = await connectOurClient(t, port, { ...options, credential: uri(device) });
      assert.deepEqual(await idsOf(client), [own, peers]);
      client.send("there and back");
      assert.equal(await client.received.waitFor(() => true, "echo"), "there and back");

      const ours = await listenOurServer(t, { ...options, credential: uri(server) });
      const peer = startPionClient(t, ours.port, { suites: overCertificate, ...device, ca, cid: peers });
      assert.deepEqual(await idsOf(ours), [own, peers]);
      peer.send(Buffer.from("to our server"));
      assert.equal(await ours.received.waitFor(() => true, "record"), "to our server");
      ours.send("and from it");
      assert.equal((await peer.waitFor("data")).hex, Buffer.from("and from it").toString("hex"));
    });
  }

  test("20 records to pion, each from another port, without a handshake record", async (t) => {
    const [suites = ""] = pskSuites;
    const { port } = await startPionServer(t, { suites, ...psk, cid: 8 });
    const nat = await UdpNat.before(t, port);
    const ours = await connectOurClient(t, nat.port, { credential, suites: [suites] });
    await ours.connected;
    await talkThroughRebinds(ours, nat, 20);
  });
});
