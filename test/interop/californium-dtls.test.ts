import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { startScandiumClient, startScandiumServer } from "../support/foreign/dtls-peer.ts";
import { connectOurClient, listenOurServer } from "../support/foreign/our-dtls.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";

// No other peer of ours speaks ECDHE_PSK with AEAD suites: OpenSSL and pion have CBC only.
describe("our DTLS with Californium", () => {
  const cleanup = suiteCleanup();
  const authority = new TestAuthority(cleanup);
  const psk = { psk: "00112233445566778899aabbccddeeff", identity: "device" };
  const pskFile = join(temporaryFolder(cleanup), "psk.hex");
  writeFileSync(pskFile, psk.psk);
  const credential = `file:${pskFile}?identity=${psk.identity}`;

  for (const mode of ["AES_128_CCM_8_SHA256", "AES_128_CCM_SHA256", "AES_128_GCM_SHA256"]) {
    const suites = `TLS_ECDHE_PSK_WITH_${mode}`;

    test(`as client with ${suites}`, async (t) => {
      const { peer, port } = await startScandiumServer(t, { suites, ...psk });
      const ours = await connectOurClient(t, port, { credential, suites: [suites] });
      assert.equal(await ours.connected, suites);
      assert.equal((await peer.waitFor("connected")).extendedMasterSecret, true);
      ours.send("there and back");
      assert.equal(await ours.received.waitFor(() => true, "echo"), "there and back");
    });

    test(`as server with ${suites}`, async (t) => {
      const ours = await listenOurServer(t, { credential, suites: [suites] });
      const peer = startScandiumClient(t, ours.port, { suites, ...psk });
      assert.equal(await ours.connected, suites);
      await peer.waitFor("connected");
      // Scandium only begins a handshake to send something: its first record is an empty one.
      assert.equal(await ours.received.waitFor(() => true, "record"), "");
      peer.send(Buffer.from("to our server"));
      assert.equal(await ours.received.waitFor(() => true, "record"), "to our server");
      ours.send("and from it");
      assert.equal((await peer.waitFor("data")).hex, Buffer.from("and from it").toString("hex"));
    });
  }

  test("as client and as server by certificate with TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", async (t) => {
    const suites = "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8";
    const [server, device, ca] = [authority.server(), authority.device("device"), authority.cert];
    const { port } = await startScandiumServer(t, { suites, ...server, ca });
    const ours = { credential: `file:${device.key}?cert=${device.cert}`, ca, suites: [suites] };
    assert.equal(await (await connectOurClient(t, port, ours)).connected, suites);
    const listening = await listenOurServer(t, { ...ours, credential: `file:${server.key}?cert=${server.cert}` });
    startScandiumClient(t, listening.port, { suites, ...device, ca });
    assert.equal(await listening.connected, suites);
  });
});
