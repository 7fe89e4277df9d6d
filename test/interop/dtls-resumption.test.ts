import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DtlsSession } from "../../src/dtls/connection.ts";
import type { ResumableSession } from "../../src/dtls/resumable-session.ts";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import {
  startPionClient,
  startPionServer,
  startScandiumClient,
  startScandiumServer,
} from "../support/foreign/dtls-peer.ts";
import { connectOurClient, listenOurServer } from "../support/foreign/our-dtls.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";

function resumableOf({ resumable }: DtlsSession): ResumableSession {
  assert.ok(resumable, "the server gave no session id");
  return resumable;
}

describe("resumption of our DTLS with Californium and pion", () => {
  const cleanup = suiteCleanup();
  const authority = new TestAuthority(cleanup);
  const [server, device, ca] = [authority.server(), authority.device("device"), authority.cert];
  const psk = { psk: "00112233445566778899aabbccddeeff", identity: "device" };
  const pskFile = join(temporaryFolder(cleanup), "psk.hex");
  writeFileSync(pskFile, psk.psk);
  const byCertificate = {
    suites: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
    server: { peer: { ...server, ca }, ours: { credential: `file:${server.key}?cert=${server.cert}`, ca } },
    client: { peer: { ...device, ca }, ours: { credential: `file:${device.key}?cert=${device.cert}`, ca } },
  };
  const pskUri = { credential: `file:${pskFile}?identity=${psk.identity}` };
  const byPsk = (suites: string) => ({
    suites,
    server: { peer: psk, ours: pskUri },
    client: { peer: psk, ours: pskUri },
  });
  const overPsk = byPsk("TLS_PSK_WITH_AES_128_CCM_8");
  const overEcdhePsk = byPsk("TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256");

  for (const { suites, ...parties } of [byCertificate, overPsk, overEcdhePsk]) {
    test(`as client of Californium with ${suites}`, async (t) => {
      const { peer, port } = await startScandiumServer(t, { suites, ...parties.server.peer });
      const options = { ...parties.client.ours, suites: [suites] };
      const first = await connectOurClient(t, port, options);
      const before = await first.session;
      assert.equal((await peer.waitFor("connected")).resumed, false);
      const again = await connectOurClient(t, port, { ...options, resume: resumableOf(before) });
      const after = await again.session;
      assert.equal(after.resumed, true);
      assert.equal(again.needs(), 0);
      assert.deepEqual(after.peerChain, before.peerChain);
      assert.equal((await peer.waitFor("connected")).resumed, true);
      again.send("there and back");
      assert.equal(await again.received.waitFor(() => true, "echo"), "there and back");
    });

    test(`as server of Californium with ${suites}`, async (t) => {
      const ours = await listenOurServer(t, { ...parties.server.ours, suites: [suites] });
      const peer = startScandiumClient(t, ours.port, { suites, ...parties.client.peer });
      const before = await ours.sessions.waitFor(() => true, "session");
      assert.equal((await peer.waitFor("connected")).resumed, false);
      const needs = ours.needs();
      peer.resume();
      peer.send(Buffer.from("and again"));
      const after = await ours.sessions.waitFor(() => true, "session");
      assert.deepEqual([before.resumed, after.resumed], [false, true]);
      assert.equal(ours.needs(), needs);
      assert.deepEqual(after.peerChain, before.peerChain);
      assert.deepEqual(after.peerIdentity, before.peerIdentity);
      assert.equal((await peer.waitFor("connected")).resumed, true);
      ours.send("to who came back");
      assert.equal((await peer.waitFor("data")).hex, Buffer.from("to who came back").toString("hex"));
    });
  }

  test("a Californium that was restarted meets the session with a full handshake", async (t) => {
    const { suites } = byCertificate;
    const options = { ...byCertificate.client.ours, suites: [suites] };
    const start = () => startScandiumServer(t, { suites, ...byCertificate.server.peer });
    const first = await connectOurClient(t, (await start()).port, options);
    const resume = resumableOf(await first.session);
    const second = await connectOurClient(t, (await start()).port, { ...options, resume });
    assert.equal((await second.session).resumed, false);
  });

  // A pion server resumes no session of a client that it asked for a certificate.
  for (const { suites, pion, ...parties } of [
    { ...byCertificate, pion: server },
    { ...overPsk, pion: psk },
  ]) {
    test(`as client of pion with ${suites}`, async (t) => {
      const { port } = await startPionServer(t, { suites, ...pion, "keep-sessions": true });
      const options = { ...parties.client.ours, suites: [suites] };
      const first = await connectOurClient(t, port, options);
      const before = await first.session;
      const again = await connectOurClient(t, port, { ...options, resume: resumableOf(before) });
      assert.equal((await again.session).resumed, true);
      assert.equal(again.needs(), 0);
      again.send("there and back");
      assert.equal(await again.received.waitFor(() => true, "echo"), "there and back");
    });

    test(`as server of pion with ${suites}`, async (t) => {
      const ours = await listenOurServer(t, { ...parties.server.ours, suites: [suites] });
      startPionClient(t, ours.port, { suites, ...parties.client.peer, "keep-sessions": true, handshakes: 2 });
      const [before, after] = [
        await ours.sessions.waitFor(() => true, "session"),
        await ours.sessions.waitFor(() => true, "session"),
      ];
      assert.deepEqual([before.resumed, after.resumed], [false, true]);
      assert.deepEqual(after.peerChain, before.peerChain);
    });
  }

  test("a pion that resumes no session with a client certificate makes a full handshake in the same exchange", async (t) => {
    const { suites } = byCertificate;
    const { port } = await startPionServer(t, { suites, ...byCertificate.server.peer, "keep-sessions": true });
    const options = { ...byCertificate.client.ours, suites: [suites] };
    const resume = resumableOf(await (await connectOurClient(t, port, options)).session);
    const again = await connectOurClient(t, port, { ...options, resume });
    assert.equal((await again.session).resumed, false);
    again.send("there and back");
    assert.equal(await again.received.waitFor(() => true, "echo"), "there and back");
  });
});
