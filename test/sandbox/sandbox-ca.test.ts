import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { SandboxCa } from "../../src/sandbox/sandbox-ca.ts";

test("server and device certificates verify under the anchor and hold their keys", async () => {
  const ca = await SandboxCa.create();
  const anchor = new X509Certificate(ca.certificatePem);
  const server = await ca.issueServer();
  const device = await ca.issueDevice("urn:imei:490154203237518");
  for (const { certificate, privateKey, publicKey } of [server, device]) {
    const read = new X509Certificate(certificate);
    assert.ok(read.verify(anchor.publicKey));
    assert.ok(!read.ca);
    assert.ok(read.checkPrivateKey(createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" })));
    const held = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
    assert.ok(held.equals(read.publicKey));
  }
  assert.ok(anchor.ca);
  assert.equal(new X509Certificate(device.certificate).subject, "CN=urn:imei:490154203237518");
  assert.equal(new X509Certificate(server.certificate).checkHost("localhost"), "localhost");
  assert.equal(new X509Certificate(server.certificate).checkIP("127.0.0.1"), "127.0.0.1");
});
