import assert from "node:assert/strict";
import { after, test } from "node:test";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { NamedGroup } from "../../src/crypto/ports.ts";
import { DtlsListener, type DtlsListenerConfig } from "../../src/dtls/listener.ts";
import { toHex } from "../../src/util/bytes.ts";
import { pskAnswers } from "../support/dtls-identity.ts";
import { CertificateFolder, OpensslProcess, pinnedAnswers } from "../support/dtls-openssl.ts";
import { type Answers, UdpDtlsListener } from "../support/udp-dtls.ts";

const ports = { entropy: nodeEntropy, ephemeralKeys: nodeEphemeralKeys };
const folder = new CertificateFolder();
const server = folder.make("server");
const client = folder.make("client");
after(() => folder.remove());

/** Handshake, one line each way, close in order. */
async function talk(config: DtlsListenerConfig, answers: Answers, clientArgs: readonly string[]) {
  const udp = await UdpDtlsListener.bind(new DtlsListener(config, ports), answers);
  const connect = ["s_client", "-dtls1_2", "-connect", `127.0.0.1:${udp.port}`];
  const openssl = new OpensslProcess([...connect, ...clientArgs]);
  try {
    const session = await udp.log.connected();
    udp.send("from the server\n");
    await openssl.prints("from the server");
    openssl.write("from the client\n");
    await udp.log.received("from the client");
    openssl.write("Q\n");
    const closed = await udp.log.closed();
    assert.equal(closed.error, undefined);
    return { session, output: openssl.output };
  } finally {
    openssl.stop();
    udp.close();
  }
}

const clientCertificate = ["-cert", client.certificate, "-key", client.key];
const verifyServer = ["-CAfile", server.certificate, "-verify_return_error"];

for (const cipher of ["ECDHE-ECDSA-AES128-CCM8", "ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-AES128-GCM-SHA256"]) {
  test(`s_client connects with ${cipher} and a certificate`, async () => {
    const answers = { answer: pinnedAnswers(server.identity, client.identity) };
    const args = [...clientCertificate, ...verifyServer, "-cipher", `${cipher}:@SECLEVEL=0`];
    const { session, output } = await talk({}, answers, args);
    assert.deepEqual(session.peerChain, client.identity.chain);
    assert.equal(session.extendedMasterSecret, true);
    assert.match(output, new RegExp(`Cipher is ${cipher}`));
    assert.match(output, /Secure Renegotiation IS supported/);
  });
}

for (const [curve, group, printed] of [
  ["P-256", NamedGroup.secp256r1, "ECDH, prime256v1, 256 bits"],
  ["P-384", NamedGroup.secp384r1, "ECDH, secp384r1, 384 bits"],
  ["X25519", NamedGroup.x25519, "X25519, 253 bits"],
] as const) {
  test(`s_client agrees on ${curve}`, async () => {
    const answers = { answer: pinnedAnswers(server.identity, client.identity) };
    // P-256 stays in the client's list because the server's certificate has a key on it (RFC 8422 §5.1.1).
    const groups = ["-groups", curve === "P-256" ? curve : `${curve}:P-256`];
    const { output } = await talk({ groups: [group] }, answers, [...clientCertificate, ...verifyServer, ...groups]);
    assert.ok(output.includes(`Server Temp Key: ${printed}`), output);
  });
}

test("s_client without a certificate is refused when one is required", async () => {
  const answers = { answer: pinnedAnswers(server.identity, client.identity) };
  const udp = await UdpDtlsListener.bind(new DtlsListener({}, ports), answers);
  const openssl = new OpensslProcess(["s_client", "-dtls1_2", "-connect", `127.0.0.1:${udp.port}`, ...verifyServer]);
  try {
    const closed = await udp.log.closed();
    assert.equal(closed.error?.code, "CERTIFICATE_REFUSED");
    await openssl.prints("handshake failure");
  } finally {
    openssl.stop();
    udp.close();
  }
});

for (const cipher of ["PSK-AES128-CCM8", "PSK-AES128-CCM", "PSK-AES128-GCM-SHA256"]) {
  test(`s_client connects with ${cipher}`, async () => {
    const answers = { answer: pskAnswers(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)) };
    const args = ["-psk", "0102030405060708", "-psk_identity", "device", "-cipher", `${cipher}:@SECLEVEL=0`];
    const { session } = await talk({ psk: true, certificates: false }, answers, args);
    assert.equal(toHex(session.peerIdentity ?? new Uint8Array()), "646576696365");
  });
}

for (const delay of [0, 60, 700, 5000]) {
  test(`s_client waits for a server whose key takes ${delay} ms`, async () => {
    const answers: Answers = {
      answer: pinnedAnswers(server.identity, client.identity),
      delayMs: (need) => (need.kind === "sign" ? delay : 0),
    };
    await talk({}, answers, [...clientCertificate, ...verifyServer]);
  });
}
