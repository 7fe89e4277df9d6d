import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { startPionClient, startScandiumClient, startScandiumServer } from "../support/foreign/dtls-peer.ts";
import { startOpensslServer } from "../support/foreign/openssl.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";

// Californium against itself, pion and OpenSSL: whatever fails here is the harness, not our DTLS.
describe("the Californium peer of the interop tests", () => {
  const authority = new TestAuthority(suiteCleanup());
  const ca = authority.cert;
  const psk = { psk: "00112233445566778899aabbccddeeff", identity: "device" };

  for (const mode of ["AES_128_CCM_8_SHA256", "AES_128_CCM_SHA256", "AES_128_GCM_SHA256"]) {
    test(`speaks ECDHE_PSK with ${mode} in both roles`, async (t) => {
      const suites = `TLS_ECDHE_PSK_WITH_${mode}`;
      const { peer: server, port } = await startScandiumServer(t, { suites, ...psk });
      const client = startScandiumClient(t, port, { suites, ...psk });
      assert.equal((await client.waitFor("connected")).suite, suites);
      assert.equal((await server.waitFor("connected")).peer, psk.identity);
      client.send(Buffer.from("there and back"));
      assert.equal((await client.waitFor("data")).hex, Buffer.from("there and back").toString("hex"));
    });
  }

  test("serves a pion client that shows a certificate", async (t) => {
    const suites = "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8";
    const { peer: server, port } = await startScandiumServer(t, { suites, ...authority.server(), ca });
    startPionClient(t, port, { suites, ...authority.device("device"), ca });
    const connected = await server.waitFor("connected");
    assert.match(connected.peer ?? "", /CN=device/);
    assert.equal(connected.extendedMasterSecret, true);
  });

  test("is a client of an OpenSSL server by certificate", async (t) => {
    const { key, cert } = authority.server();
    const { port } = await startOpensslServer(t, ["-key", key, "-cert", cert, "-CAfile", ca, "-Verify", "1"]);
    const suites = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    const client = startScandiumClient(t, port, { suites, ...authority.device("device"), ca });
    assert.equal((await client.waitFor("connected")).suite, suites);
  });
});
