import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connectDtls } from "../../src/association/connect-dtls.ts";
import type { HandshakeParties } from "../../src/association/need-answers.ts";
import { parseServerUri } from "../../src/association/server-uri.ts";
import type { CoapRequest } from "../../src/coap/exchange.ts";
import { Code, Method } from "../../src/coap/message.ts";
import { DeviceOperations } from "../../src/sandbox/device-operations.ts";
import type { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import { SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import {
  certificateServer,
  pskCredential,
  pskServer,
  realPorts,
  serverVerifier,
  softwareCredential,
} from "../support/sandbox.ts";

const register: CoapRequest = {
  method: Method.POST,
  path: ["rd"],
  query: ["lwm2m=1.1", "ep=device", "lt=60"],
  options: [],
  payload: new Uint8Array(),
};

async function connect(t: TestContext, server: LwM2mServer, parties: HandshakeParties) {
  const handle = (asked: CoapRequest) => ({ code: Code.Content, payload: encodeUtf8(asked.path.join("/")) });
  const target = { uri: parseServerUri(server.uri), parties };
  const association = await connectDtls(target, handle, realPorts, new AbortController().signal);
  t.after(() => association.close());
  return association;
}

const noVerifier = { verify: async () => assert.fail("PSK has no certificate to verify") };

test("a PSK association carries requests both ways", async (t) => {
  const server = await pskServer(t);
  const association = await connect(t, server, { credential: pskCredential, verifier: noVerifier });
  assert.equal(association.session?.cipherSuiteName, "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256");
  assert.equal((await association.send(register)).code, Code.Created);
  const [registration] = server.registrations;
  assert.ok(registration);
  const read = await new DeviceOperations(registration).read("/3/0");
  assert.equal(new TextDecoder().decode(read.payload), "3/0");
});

test("a certificate association authenticates both sides", async (t) => {
  const ca = await SandboxCa.create();
  const device = await ca.issueDevice("device");
  const server = await certificateServer(t, ca);
  const parties = { credential: softwareCredential(device), verifier: serverVerifier(ca) };
  const association = await connect(t, server, parties);
  assert.equal(association.session?.cipherSuiteName, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8");
  assert.equal((await association.send(register)).code, Code.Created);
  assert.deepEqual(server.registrations[0]?.association.session?.peerChain, [device.certificate]);
});

test("a server under another authority is refused with its reason in words", async (t) => {
  const ca = await SandboxCa.create();
  const other = await SandboxCa.create();
  const server = await certificateServer(t, ca);
  const credential = softwareCredential(await ca.issueDevice("device"));
  const failed = connect(t, server, { credential, verifier: serverVerifier(other) });
  await assert.rejects(failed, { code: "SERVER_NOT_TRUSTED", message: /127\.0\.0\.1:\d+: .*sandbox server/ });
});

test("a server with another name is refused", async (t) => {
  const ca = await SandboxCa.create();
  const server = await certificateServer(t, ca);
  const credential = softwareCredential(await ca.issueDevice("device"));
  const failed = connect(t, server, { credential, verifier: serverVerifier(ca, "elsewhere.example") });
  await assert.rejects(failed, { code: "SERVER_NOT_TRUSTED", message: /elsewhere\.example/ });
});

test("a device under another authority is refused by the server", async (t) => {
  const ca = await SandboxCa.create();
  const other = await SandboxCa.create();
  const server = await certificateServer(t, ca);
  const credential = softwareCredential(await other.issueDevice("device"));
  const failed = connect(t, server, { credential, verifier: serverVerifier(ca) });
  await assert.rejects(failed, { code: "SERVER_UNREACHABLE", message: /alert/i });
});

test("a credential that fails says why", async (t) => {
  const ca = await SandboxCa.create();
  const server = await certificateServer(t, ca);
  const credential = softwareCredential(await ca.issueDevice("device"));
  assert.ok(credential.kind === "certificate");
  const signer = { ...credential.signer, schemes: credential.signer.schemes, publicKey: credential.signer.publicKey };
  const mute = { ...signer, sign: () => Promise.reject(new Error("the card was pulled")) };
  const failed = connect(t, server, { credential: { ...credential, signer: mute }, verifier: serverVerifier(ca) });
  await assert.rejects(failed, { code: "CREDENTIAL_FAILED", message: /the card was pulled/ });
});

test("closing on one side ends the other", async (t) => {
  const server = await pskServer(t);
  const association = await connect(t, server, { credential: pskCredential, verifier: noVerifier });
  await association.send(register);
  const ended = new Promise<void>((resolve) => server.registrations[0]?.association.onClosed(() => resolve()));
  await association.close();
  await ended;
});
