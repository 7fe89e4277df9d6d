import assert from "node:assert/strict";
import { test } from "node:test";
import { createVerifier } from "../../../src/agent/accounts/trust.ts";
import { parseServerUri } from "../../../src/association/server-uri.ts";
import type { SecuritySettings } from "../../../src/lwm2m/bootstrap/security-settings.ts";
import { SandboxCa } from "../../../src/sandbox/sandbox-ca.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";

const settings: SecuritySettings = {
  instance: 0,
  uri: "coaps://127.0.0.1",
  bootstrap: false,
  mode: "x509",
  holdOffSeconds: 0,
  matchingType: 0,
  certificateUsage: 0,
  cipherSuites: [],
  groups: [],
  secondaryUris: [],
  oscore: false,
};

const { signal } = new AbortController();

async function setUp() {
  const ca = await SandboxCa.create();
  const server = await ca.issueServer();
  const contents = new Map([
    ["ca.pem", encodeUtf8(`An explanation\n${ca.certificatePem}\n`)],
    ["ca.der", ca.certificate],
    ["server.der", server.certificate],
    ["empty.pem", encodeUtf8("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")],
  ]);
  const files = {
    read: async (path: string) => contents.get(path) ?? Promise.reject(new Error("ENOENT: no such file")),
  };
  const ports = { files, wallClock: { now: () => Date.now(), trusted: true } };
  const verdict = async (trust: object, uri = "coaps://127.0.0.1", chain = [server.certificate], sni?: string) => {
    const own = { trust: { allowCommonName: false, ...trust }, ...(sni !== undefined && { serverName: sni }) };
    const verifier = await createVerifier({ settings, configured: true, ...own }, parseServerUri(uri), ports);
    const result = await verifier.verify(chain, signal);
    return result.accepted ? "accepted" : result.code;
  };
  return { ca, server, verdict };
}

test("anchors may be PEM or DER", async () => {
  const { verdict } = await setUp();
  assert.equal(await verdict({ anchors: ["ca.pem"] }), "accepted");
  assert.equal(await verdict({ anchors: ["ca.der"] }), "accepted");
});

test("the certificate must be for the host asked for, or for the SNI of the configuration", async () => {
  const { verdict, server } = await setUp();
  assert.equal(await verdict({ anchors: ["ca.pem"] }, "coaps://server.example"), "name-mismatch");
  const withSni = await verdict({ anchors: ["ca.pem"] }, "coaps://192.0.2.1", [server.certificate], "localhost");
  assert.equal(withSni, "accepted");
});

test("a pinned certificate is compared exactly, whatever its name", async () => {
  const { verdict, ca } = await setUp();
  assert.equal(await verdict({ pinned: "server.der" }, "coaps://server.example"), "accepted");
  assert.equal(await verdict({ pinned: "server.der" }, "coaps://127.0.0.1", [ca.certificate]), "pin-mismatch");
});

test("without trust nothing is accepted", async () => {
  const { verdict } = await setUp();
  assert.equal(await verdict({}), "untrusted");
});

test("a trust file that is missing or holds no certificate is named", async () => {
  const { verdict } = await setUp();
  const missing = { code: "BAD_TRUST_FILE", message: /trust file missing\.pem: ENOENT/ };
  await assert.rejects(verdict({ anchors: ["ca.pem", "missing.pem"] }), missing);
  const empty = { code: "BAD_TRUST_FILE", message: /trust file empty\.pem: no CERTIFICATE block/ };
  await assert.rejects(verdict({ pinned: "empty.pem" }), empty);
});
