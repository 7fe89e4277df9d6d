import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { DtlsClient, type DtlsClientConfig } from "../../src/dtls/client.ts";
import type { DtlsSession } from "../../src/dtls/connection.ts";
import { DtlsListener, type DtlsListenerConfig } from "../../src/dtls/listener.ts";
import type { ResumableSession } from "../../src/dtls/resumable-session.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { type Answerer, pskAnswers } from "../support/dtls-identity.ts";
import { CertificateFolder, OpensslProcess, pinnedAnswers } from "../support/dtls-openssl.ts";
import { EventLog, freeUdpPort, UdpDtls, UdpDtlsListener } from "../support/udp-dtls.ts";

const ports = { entropy: nodeEntropy, ephemeralKeys: nodeEphemeralKeys };
const folder = new CertificateFolder();
const server = folder.make("server");
const client = folder.make("client");
const sessionFolder = mkdtempSync(join(tmpdir(), "dtls-sessions-"));
after(() => {
  folder.remove();
  rmSync(sessionFolder, { recursive: true });
});

const psk = pskAnswers(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
const deviceIdentity = { pskIdentity: encodeUtf8("device") };
/** Session ids, no tickets: those are not ours to offer. */
const serverByCertificate = ["-cert", server.certificate, "-key", server.key, "-no_ticket"];
const requireClientCertificate = ["-Verify", "1", "-verify_return_error", "-CAfile", client.certificate];
const serverByPsk = ["-nocert", "-psk", "0102030405060708", "-no_ticket"];

/** One session with an s_server that is running: a line each way, then an end in order. */
async function visit(openssl: OpensslProcess, port: number, config: DtlsClientConfig, answer: Answerer, line: string) {
  const connection = new DtlsClient(config, ports);
  const udp = await UdpDtls.connect(connection, port, { answer });
  try {
    connection.start(performance.now());
    udp.pump();
    const session = await udp.log.connected();
    udp.send(`${line}\n`);
    await openssl.prints(line);
    openssl.write(`answer to ${line}\n`);
    await udp.log.received(`answer to ${line}`);
    connection.close(performance.now());
    udp.pump();
    const needs = udp.log.events.filter(({ type }) => type === "need").length;
    return { session, needs };
  } finally {
    udp.close();
  }
}

async function withServer(
  args: readonly string[],
  body: (openssl: OpensslProcess, port: number) => Promise<void>,
  env = {},
) {
  const port = await freeUdpPort();
  const openssl = new OpensslProcess(["s_server", "-dtls1_2", "-accept", `127.0.0.1:${port}`, ...args], env);
  try {
    await openssl.prints("ACCEPT");
    await body(openssl, port);
  } finally {
    openssl.stop();
  }
}

function resumableOf({ resumable }: DtlsSession): ResumableSession {
  assert.ok(resumable, "s_server gave no session id");
  return resumable;
}

for (const [what, config, answer, args] of [
  [
    "CCM_8 and certificates",
    { suites: [0xc0ae] },
    pinnedAnswers(client.identity, server.identity),
    [...serverByCertificate, ...requireClientCertificate, "-cipher", "ALL:@SECLEVEL=0"],
  ],
  ["CCM_8 and PSK", { suites: [0xc0a8], ...deviceIdentity }, psk, [...serverByPsk, "-cipher", "ALL:@SECLEVEL=0"]],
  ["GCM and PSK", { suites: [0x00a8], ...deviceIdentity }, psk, [...serverByPsk, "-cipher", "ALL:@SECLEVEL=0"]],
] as const) {
  test(`a session with ${what} is resumed by s_server, twice, with nothing asked of our side`, async () => {
    await withServer(args, async (openssl, port) => {
      const first = await visit(openssl, port, config, answer, "first visit");
      assert.equal(first.session.resumed, false);
      const resume = resumableOf(first.session);
      for (const line of ["second visit", "third visit"]) {
        const { session, needs } = await visit(openssl, port, { ...config, resume }, answer, line);
        assert.equal(session.resumed, true);
        assert.equal(needs, 0);
        assert.deepEqual(session.peerChain, first.session.peerChain);
      }
    });
  });
}

test("an s_server that was restarted meets the session with a full handshake", async () => {
  const answer = pinnedAnswers(client.identity, server.identity);
  const args = [...serverByCertificate, ...requireClientCertificate];
  let resume: ResumableSession | undefined;
  await withServer(args, async (openssl, port) => {
    resume = resumableOf((await visit(openssl, port, {}, answer, "before")).session);
  });
  await withServer(args, async (openssl, port) => {
    const { session } = await visit(openssl, port, resume ? { resume } : {}, answer, "after");
    assert.equal(session.resumed, false);
    assert.notDeepEqual(session.resumable?.sessionId, resume?.sessionId);
  });
});

test("an s_server without extended_master_secret gives a session id, and still nothing to resume", async () => {
  const answer = pinnedAnswers(client.identity, server.identity);
  const env = { OPENSSL_CONF: folder.configWithout("ExtendedMasterSecret") };
  const args = [...serverByCertificate, ...requireClientCertificate];
  await withServer(
    args,
    async (openssl, port) => {
      const { session } = await visit(openssl, port, {}, answer, "hello");
      assert.equal(session.extendedMasterSecret, false);
      assert.equal(session.resumable, undefined);
    },
    env,
  );
});

/** One run of s_client against a listener that is running. */
async function runClient(udp: UdpDtlsListener, args: readonly string[], line: string) {
  udp.log = new EventLog();
  const openssl = new OpensslProcess([
    ...["s_client", "-dtls1_2", "-connect", `127.0.0.1:${udp.port}`, "-no_ticket"],
    ...args,
  ]);
  try {
    const session = await udp.log.connected();
    await openssl.prints("Extended master secret");
    openssl.write(`${line}\n`);
    await udp.log.received(line);
    openssl.write("Q\n");
    await openssl.ended();
    const needs = udp.log.events.filter(({ type }) => type === "need").length;
    return { session, needs, output: openssl.output };
  } finally {
    openssl.stop();
  }
}

async function withListener(
  config: DtlsListenerConfig,
  answer: Answerer,
  body: (udp: UdpDtlsListener) => Promise<void>,
): Promise<void> {
  const udp = await UdpDtlsListener.bind(new DtlsListener(config, ports), { answer });
  try {
    await body(udp);
  } finally {
    udp.close();
  }
}

const byCertificate = ["-cert", client.certificate, "-key", client.key, "-CAfile", server.certificate];

test("s_client resumes with our listener from its session file", async () => {
  await withListener({}, pinnedAnswers(server.identity, client.identity), async (udp) => {
    const file = join(sessionFolder, "certificate.pem");
    const first = await runClient(udp, [...byCertificate, "-sess_out", file], "first run");
    assert.match(first.output, /New, TLSv1.2, Cipher is/);
    const second = await runClient(udp, [...byCertificate, "-sess_in", file], "second run");
    assert.match(second.output, /Reused, TLSv1.2, Cipher is/);
    assert.deepEqual([first.session.resumed, second.session.resumed], [false, true]);
    assert.equal(second.needs, 0);
    assert.deepEqual(second.session.peerChain, client.identity.chain);
  });
});

test("s_client resumes with a pre-shared key, and gets a full handshake where nothing is kept", async () => {
  const byPsk = ["-psk", "0102030405060708", "-psk_identity", "device", "-cipher", "PSK-AES128-CCM8:@SECLEVEL=0"];
  const file = join(sessionFolder, "psk.pem");
  const config = { psk: true, certificates: false };
  await withListener(config, psk, async (udp) => {
    await runClient(udp, [...byPsk, "-sess_out", file], "first run");
    const second = await runClient(udp, [...byPsk, "-sess_in", file], "second run");
    assert.match(second.output, /Reused, TLSv1.2/);
    assert.equal(second.needs, 0);
  });
  await withListener({ ...config, sessions: false }, psk, async (udp) => {
    const third = await runClient(udp, [...byPsk, "-sess_in", file], "third run");
    assert.match(third.output, /New, TLSv1.2/);
    assert.equal(third.session.resumed, false);
  });
});
