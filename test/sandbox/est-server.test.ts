import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connectDtls } from "../../src/association/connect-dtls.ts";
import { parseServerUri } from "../../src/association/server-uri.ts";
import { SoftwareSigner } from "../../src/credentials/adapters/file/software-signer.ts";
import { PrivateKey } from "../../src/crypto/private-key.ts";
import { channelBindingChallenge } from "../../src/est/channel-binding.ts";
import { wantsChannelBinding } from "../../src/est/csr-attributes.ts";
import { checkIssued } from "../../src/est/enrolment/issued-certificate.ts";
import { EstClient } from "../../src/est/est-client.ts";
import { createCertificateRequest } from "../../src/pki/certificate-request.ts";
import { PathValidator } from "../../src/pki/path-validator.ts";
import { contentFromProfile } from "../../src/pki/requested-content.ts";
import { systemWallClock } from "../../src/platform/clock.ts";
import { EstAuthority } from "../../src/sandbox/est-authority.ts";
import type { EstResourcesOptions } from "../../src/sandbox/est-resources.ts";
import { EstServer } from "../../src/sandbox/est-server.ts";
import { type CertifiedKey, SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import { realPorts, serverVerifier, softwareCredential } from "../support/sandbox.ts";

const { signal } = new AbortController();

/** A server of ours whose authority is the sandbox's, and a device that is known by its first certificate. */
async function serve(t: TestContext, options: Omit<EstResourcesOptions, "authority"> = {}) {
  const ca = await SandboxCa.create();
  const authority = await EstAuthority.of(ca.certificate, await ca.privateKeyPem());
  const verifier = new PathValidator({ anchors: [ca.certificate], peer: { role: "client" }, clock: systemWallClock });
  const own = await ca.issueServer();
  const server = await EstServer.start({ authority, security: { certificate: { own, verifier } }, ...options });
  t.after(() => server.close());
  const connect = async (device: CertifiedKey) => {
    const parties = { credential: softwareCredential(device), verifier: serverVerifier(ca) };
    const target = { uri: parseServerUri(server.uri), parties };
    const association = await connectDtls(target, () => ({ code: 0x84 }), realPorts, signal);
    t.after(() => association.close());
    return association;
  };
  return { ca, connect, device: await ca.issueDevice("device-1") };
}

test("a device finds the functions, gets the CA certificates, enrols, and re-enrols with what it got", async (t) => {
  const { ca, connect, device } = await serve(t, { root: ["est", "sandbox"], channelBinding: true });
  const association = await connect(device);
  const client = new EstClient(association, {}, realPorts);
  const caCertificates = await client.caCertificates();
  assert.deepEqual(caCertificates, [ca.certificate]);
  assert.deepEqual(client.root, ["est", "sandbox"]);
  assert.ok(wantsChannelBinding(await client.csrAttributes()));

  const signer = new SoftwareSigner(PrivateKey.fromDer(device.privateKey, "pkcs8"));
  const { session } = association;
  assert.ok(session);
  const content = {
    ...contentFromProfile({ commonName: "device-1" }),
    challengePassword: channelBindingChallenge(session),
  };
  const csr = await createCertificateRequest(content, signer, signal);
  const { chain, differences } = checkIssued(await client.enrol(csr), csr, { clock: systemWallClock, caCertificates });
  assert.deepEqual(differences, []);

  const again = await connect({ ...device, certificate: chain[0] ?? assert.fail() });
  const next = new EstClient(again, { root: ["est", "sandbox"] }, realPorts);
  // The CSR of the first session is worth nothing in the second.
  await assert.rejects(next.reenrol(csr), { code: "EST_REFUSED", message: /4\.01 "of another session"/ });
  assert.ok(again.session);
  const challengePassword = channelBindingChallenge(again.session);
  const renewal = await createCertificateRequest({ ...content, challengePassword }, signer, signal);
  assert.ok(checkIssued(await next.reenrol(renewal), renewal, { clock: systemWallClock, caCertificates }));
});

test("a re-enrolment with another subject, a bad request and another format are refused", async (t) => {
  const { connect, device } = await serve(t);
  const client = new EstClient(await connect(device), {}, realPorts);
  const signer = new SoftwareSigner(PrivateKey.fromDer(device.privateKey, "pkcs8"));
  const other = await createCertificateRequest(contentFromProfile({ commonName: "device-2" }), signer, signal);
  await assert.rejects(client.reenrol(other), { code: "EST_REFUSED", message: /4\.03 "another subject"/ });
  const spoilt = other.slice();
  spoilt[spoilt.length - 1] = (spoilt.at(-1) ?? 0) ^ 1;
  await assert.rejects(client.enrol(spoilt), { code: "EST_REFUSED", message: /4\.00/ });
  await assert.rejects(client.enrol(Uint8Array.of(1)), { code: "EST_REFUSED", message: /4\.00/ });
});
