import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { startPionClient, startPionServer } from "../support/foreign/dtls-peer.ts";
import { startOpensslClient, startOpensslServer } from "../support/foreign/openssl.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";

// pion against OpenSSL: whatever fails here is the harness, not our DTLS.
describe("the pion peer of the interop tests", () => {
  const authority = new TestAuthority(suiteCleanup());
  const ca = authority.cert;
  const psk = { psk: "00112233445566778899aabbccddeeff", identity: "device" };

  test("serves an OpenSSL client that shows a certificate, and sends back what it gets", async (t) => {
    const suites = "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8";
    const { peer, port } = await startPionServer(t, { suites, ...authority.server(), ca });
    const { key, cert } = authority.device("device");
    const client = startOpensslClient(t, port, [
      "-key",
      key,
      "-cert",
      cert,
      "-CAfile",
      ca,
      "-cipher",
      "ECDHE-ECDSA-AES128-CCM8@SECLEVEL=0",
      "-verify_return_error",
    ]);
    const connected = await peer.waitFor("connected");
    assert.equal(connected.suite, suites);
    assert.match(connected.peer ?? "", /CN=device/);
    client.say("hello");
    assert.equal((await peer.waitFor("data")).hex, Buffer.from("hello\n").toString("hex"));
    await client.events.waitFor((line) => line.endsWith("hello"), "echo");
  });

  test("refuses an OpenSSL client without a certificate, and says so", async (t) => {
    const { peer, port } = await startPionServer(t, { suites: "", ...authority.server(), ca });
    startOpensslClient(t, port, ["-CAfile", ca]);
    assert.match((await peer.waitFor("failed")).message, /client verification/);
  });

  test("is a client of an OpenSSL server, by certificate", async (t) => {
    const { key, cert } = authority.server();
    const server = await startOpensslServer(t, ["-key", key, "-cert", cert, "-CAfile", ca, "-Verify", "1"]);
    const suites = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    const client = startPionClient(t, server.port, { suites, ...authority.device("device"), ca });
    assert.equal((await client.waitFor("connected")).suite, suites);
    client.send(Buffer.from("from pion\n"));
    await server.process.events.waitFor((line) => line.endsWith("from pion"), "record");
  });

  test("is a client of an OpenSSL server, by pre-shared key", async (t) => {
    const suite = "PSK-AES128-CCM8@SECLEVEL=0";
    const server = await startOpensslServer(t, [
      "-nocert",
      "-psk",
      psk.psk,
      "-psk_identity",
      psk.identity,
      "-cipher",
      suite,
    ]);
    const client = startPionClient(t, server.port, { suites: "TLS_PSK_WITH_AES_128_CCM_8", ...psk });
    assert.equal((await client.waitFor("connected")).suite, "TLS_PSK_WITH_AES_128_CCM_8");
    await client.close();
  });
});
