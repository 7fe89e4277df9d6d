import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { startPionClient, startPionServer } from "../support/foreign/dtls-peer.ts";
import { connectOurClient, listenOurServer } from "../support/foreign/our-dtls.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { type Identity, TestAuthority } from "../support/foreign/test-authority.ts";

const hex = (text: string): string => Buffer.from(text).toString("hex");
const uri = ({ key, cert }: Identity): string => `file:${key}?cert=${cert}`;
const certificateSuites = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
  "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
];
const pskSuites = ["TLS_PSK_WITH_AES_128_CCM_8", "TLS_PSK_WITH_AES_128_CCM", "TLS_PSK_WITH_AES_128_GCM_SHA256"];

describe("our DTLS with pion", () => {
  const cleanup = suiteCleanup();
  const authority = new TestAuthority(cleanup);
  const ca = authority.cert;
  const server = authority.server();
  const device = authority.device("device");
  const psk = { psk: "00112233445566778899aabbccddeeff", identity: "device" };
  const pskFile = join(temporaryFolder(cleanup), "psk.hex");
  writeFileSync(pskFile, psk.psk);
  const pskUri = `file:${pskFile}?identity=${psk.identity}`;

  for (const suite of certificateSuites) {
    test(`as client, by certificate with ${suite}`, async (t) => {
      const { peer, port } = await startPionServer(t, { suites: suite, ...server, ca, "require-ems": true });
      const ours = await connectOurClient(t, port, { credential: uri(device), ca, suites: [suite] });
      assert.equal(await ours.connected, suite);
      assert.match((await peer.waitFor("connected")).peer ?? "", /CN=device/);
      ours.send("there and back");
      assert.equal(await ours.received.waitFor(() => true, "echo"), "there and back");
    });

    test(`as server, by certificate with ${suite}`, async (t) => {
      const ours = await listenOurServer(t, { credential: uri(server), ca, suites: [suite] });
      const peer = startPionClient(t, ours.port, { suites: suite, ...device, ca });
      assert.equal(await ours.connected, suite);
      assert.match((await peer.waitFor("connected")).peer ?? "", /CN=localhost/);
      peer.send(Buffer.from("to our server"));
      assert.equal(await ours.received.waitFor(() => true, "record"), "to our server");
      ours.send("and from it");
      assert.equal((await peer.waitFor("data")).hex, hex("and from it"));
    });
  }

  for (const suite of pskSuites) {
    test(`as client and as server, by pre-shared key with ${suite}`, async (t) => {
      const { peer, port } = await startPionServer(t, { suites: suite, ...psk });
      const client = await connectOurClient(t, port, { credential: pskUri, suites: [suite] });
      assert.equal(await client.connected, suite);
      await peer.waitFor("connected");
      const ours = await listenOurServer(t, { credential: pskUri, suites: [suite] });
      startPionClient(t, ours.port, { suites: suite, ...psk });
      assert.equal(await ours.connected, suite);
    });
  }

  for (const signMs of [60, 700, 5000]) {
    test(`as client whose card takes ${signMs} ms to sign`, async (t) => {
      const suites = certificateSuites.join(",");
      const { peer, port } = await startPionServer(t, { suites, ...server, ca });
      const ours = await connectOurClient(t, port, { credential: uri(device), ca, signMs });
      await ours.connected;
      await peer.waitFor("connected");
    });
  }

  test("in small datagrams, so that each message goes in fragments", async (t) => {
    const { port } = await startPionServer(t, { suites: "", ...server, ca, mtu: 256 });
    const ours = await connectOurClient(t, port, { credential: uri(device), ca });
    await ours.connected;
  });

  test("as client of a server whose certificate is for another name: refused with the reason", async (t) => {
    const subjectAltName = "DNS:elsewhere.example";
    const elsewhere = authority.identity({ commonName: "elsewhere", subjectAltName, extendedKeyUsage: "serverAuth" });
    const { peer, port } = await startPionServer(t, { suites: "", ...elsewhere, ca });
    const ours = await connectOurClient(t, port, { credential: uri(device), ca });
    await assert.rejects(ours.connected, /localhost|elsewhere\.example/);
    assert.match((await peer.waitFor("failed")).message, /certificate|Alert/i);
  });

  test("hears its close_notify, and pion hears ours", async (t) => {
    const { peer, port } = await startPionServer(t, { suites: "", ...server, ca });
    const first = await connectOurClient(t, port, { credential: uri(device), ca });
    await first.connected;
    await peer.waitFor("connected");
    first.close();
    await peer.waitFor("closed");
    const second = await connectOurClient(t, port, { credential: uri(device), ca });
    await second.connected;
    await peer.waitFor("connected");
    await peer.close();
    await assert.rejects(
      second.received.waitFor(() => true, "record"),
      /closed in order/,
    );
  });
});
