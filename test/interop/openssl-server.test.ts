import assert from "node:assert/strict";
import { after, test } from "node:test";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { NamedGroup } from "../../src/crypto/ports.ts";
import { DtlsClient, type DtlsClientConfig } from "../../src/dtls/client.ts";
import type { DtlsSession } from "../../src/dtls/connection.ts";
import type { DtlsPorts } from "../../src/dtls/settings.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { pskAnswers } from "../support/dtls-identity.ts";
import { CertificateFolder, OpensslProcess, pinnedAnswers } from "../support/dtls-openssl.ts";
import { type Answers, freeUdpPort, UdpDtls } from "../support/udp-dtls.ts";

const generated: NamedGroup[] = [];
const ports: DtlsPorts = {
  entropy: nodeEntropy,
  ephemeralKeys: {
    generate(group) {
      generated.push(group);
      return nodeEphemeralKeys.generate(group);
    },
  },
};
const folder = new CertificateFolder();
const server = folder.make("server");
const server384 = folder.make("server384", "P-384");
const client = folder.make("client");
after(() => folder.remove());

/** Handshake, one line each way, close in order; what OpenSSL printed is given back. */
async function talk(
  config: DtlsClientConfig,
  answers: Answers,
  serverArgs: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly udp: UdpDtls; readonly session: DtlsSession; readonly output: string }> {
  const port = await freeUdpPort();
  const openssl = new OpensslProcess(["s_server", "-dtls1_2", "-accept", `127.0.0.1:${port}`, ...serverArgs], env);
  const connection = new DtlsClient(config, ports);
  const udp = await UdpDtls.connect(connection, port, answers);
  try {
    await openssl.prints("ACCEPT");
    connection.start(performance.now());
    udp.pump();
    const session = await udp.log.connected();
    udp.send("from the client\n");
    await openssl.prints("from the client");
    openssl.write("from the server\n");
    await udp.log.received("from the server");
    connection.close(performance.now());
    udp.pump();
    await openssl.prints("DONE");
    return { udp, session, output: openssl.output };
  } finally {
    udp.close();
    openssl.stop();
  }
}

const certificateServer = ["-cert", server.certificate, "-key", server.key, "-cipher", "ALL:@SECLEVEL=0"];
const withClientCertificate = ["-Verify", "1", "-verify_return_error", "-CAfile", client.certificate];

for (const [suite, name] of [
  [0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"],
  [0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"],
  [0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
] as const) {
  test(`${name} with a client certificate connects to s_server`, async () => {
    const answers = { answer: pinnedAnswers(client.identity, server.identity) };
    const result = await talk({ suites: [suite] }, answers, [...certificateServer, ...withClientCertificate]);
    assert.equal(result.session.cipherSuiteName, name);
    assert.match(result.output, /CN = client/);
  });
}

for (const [name, group] of Object.entries(NamedGroup)) {
  test(`the key exchange over ${name} works with s_server`, async () => {
    const answers = { answer: pinnedAnswers(client.identity, server.identity) };
    // P-256 stays in the list because the server's certificate has a key on it (RFC 8422 §5.1.1).
    const groups = group === NamedGroup.secp256r1 ? [group] : [group, NamedGroup.secp256r1];
    generated.length = 0;
    await talk({ groups }, answers, [...certificateServer, ...withClientCertificate]);
    assert.deepEqual(generated, [group]);
  });
}

test("a P-384 certificate of s_server is verified", async () => {
  const answers = { answer: pinnedAnswers(undefined, server384.identity) };
  const args = ["-cert", server384.certificate, "-key", server384.key, "-cipher", "ALL:@SECLEVEL=0"];
  await talk({}, answers, args);
});

test("a small MTU on both sides is bridged with s_server", async () => {
  const answers = { answer: pinnedAnswers(client.identity, server.identity) };
  const args = [...certificateServer, ...withClientCertificate, "-mtu", "256"];
  await talk({ mtu: 256 }, answers, args);
});

test("an s_server without extended_master_secret is taken unless it is required", async () => {
  const answers = { answer: pinnedAnswers(client.identity, server.identity) };
  const args = [...certificateServer, ...withClientCertificate];
  const env = { OPENSSL_CONF: folder.configWithout("ExtendedMasterSecret") };
  const { session } = await talk({}, answers, args, env);
  assert.equal(session.extendedMasterSecret, false);
  await assert.rejects(talk({ requireExtendedMasterSecret: true }, answers, args, env));
});

for (const [suite, cipher] of [
  [0xc0a8, "PSK-AES128-CCM8"],
  [0xc0a4, "PSK-AES128-CCM"],
  [0x00a8, "PSK-AES128-GCM-SHA256"],
] as const) {
  test(`${cipher} connects to s_server`, async () => {
    const answers = { answer: pskAnswers(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)) };
    const config = { suites: [suite], pskIdentity: encodeUtf8("device") };
    const psk = ["-nocert", "-psk", "0102030405060708", "-psk_hint", "hint", "-cipher", `${cipher}:@SECLEVEL=0`];
    await talk(config, answers, psk);
  });
}

for (const delay of [0, 60, 700, 5000]) {
  test(`a signer that takes ${delay} ms is waited for by s_server`, async () => {
    const answers: Answers = {
      answer: pinnedAnswers(client.identity, server.identity),
      delayMs: (need) => (need.kind === "sign" ? delay : 0),
    };
    const { udp } = await talk({ suites: [0xc0ae] }, answers, [...certificateServer, ...withClientCertificate]);
    // Two hellos, one flight, one line of text, one close_notify: nothing was sent twice.
    assert.equal(udp.sentAt.length, 5);
  });
}
