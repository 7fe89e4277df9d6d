import assert from "node:assert/strict";
import { test } from "node:test";
import { openAccountCredential } from "../../../src/agent/accounts/account-credential.ts";
import { accountSecurity, modeOfCredential } from "../../../src/agent/accounts/account-security.ts";
import { sameSecurity } from "../../../src/agent/accounts/same-security.ts";
import { securityPolicy, usableGroups, usableSuites } from "../../../src/agent/accounts/security-policy.ts";
import { parseConfig } from "../../../src/cli/config/load-config.ts";
import type { Credential, CredentialProvider } from "../../../src/credentials/ports/credential.ts";
import type { SecuritySettings } from "../../../src/lwm2m/bootstrap/security-settings.ts";
import { SandboxCa } from "../../../src/sandbox/sandbox-ca.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { registry } from "../../lwm2m/objects-folder.ts";
import { pskCredential } from "../../support/sandbox.ts";

const settings: SecuritySettings = {
  instance: 1,
  uri: "coaps://dm.example",
  bootstrap: false,
  mode: "psk",
  shortServerId: 101,
  holdOffSeconds: 0,
  matchingType: 0,
  certificateUsage: 3,
  cipherSuites: [],
  groups: [],
  secondaryUris: [],
  oscore: false,
};

const config = parseConfig(
  JSON.stringify({
    endpoint: "d",
    credentials: { default: "iotsafe:" },
    trust: { pinned: "/other.pem" },
    server: {
      uri: "coaps://own.example",
      security: { credential: "file:/psk.hex?identity=d", trust: { anchors: ["/ca.pem"] }, sni: "name.example" },
    },
  }),
  "/etc/agent.yaml",
);
const policy = securityPolicy(config, registry);
const { signal } = new AbortController();

function provider(credential: Credential): CredentialProvider & { readonly opened: string[] } {
  const opened: string[] = [];
  return {
    opened,
    open: async (uri) => {
      opened.push(uri);
      return credential;
    },
    close: async () => {},
  };
}

test("an account of the configuration has its own credential, trust and name; every other one the defaults", () => {
  const own = accountSecurity(config, { ...settings, uri: "coaps://own.example", shortServerId: 1 });
  assert.deepEqual(
    [own.credential, own.trust?.anchors, own.serverName, own.configured],
    ["file:/psk.hex?identity=d", ["/ca.pem"], "name.example", true],
  );
  const other = accountSecurity(config, settings);
  assert.deepEqual(
    [other.credential, other.trust?.pinned, other.serverName, other.configured],
    ["iotsafe:", "/other.pem", undefined, false],
  );
  // The Security instance says it better than the configuration.
  assert.equal(accountSecurity(config, { ...settings, sni: "sni.example" }).serverName, "sni.example");
});

test("the mode goes with the credential, and a default of the wrong kind is none", () => {
  const modes = ["iotsafe:", "file:/k?cert=/c", "file:/k?identity=x", "FILE:/k?format=raw&identity-file=/i"];
  assert.deepEqual(modes.map(modeOfCredential), ["x509", "x509", "psk", "psk"]);
  assert.equal(policy.hasOwnCredential({ ...settings, mode: "x509" }), true);
  assert.equal(policy.hasOwnCredential(settings), false);
});

test("keys that came with the account go before the device's, and never into a message", async () => {
  const files = provider(pskCredential);
  const own = { ...settings, publicKeyOrIdentity: encodeUtf8("id"), secretKey: encodeUtf8("secret") };
  const { credential, source } = await openAccountCredential(accountSecurity(config, own), files, signal);
  assert.deepEqual([credential.kind, source, files.opened], ["psk", "account", []]);
  const unreadable = policy.inspect?.({ ...own, mode: "x509", certificateUsage: 0 }) ?? [];
  assert.equal(unreadable.length, 1);
  assert.match(unreadable[0] ?? "", /resource 3.* cannot be used/);
  assert.doesNotMatch(unreadable.join(), /secret/);
});

test("without a key of its own an account takes the device's credential, if that is of its kind", async () => {
  const x509 = accountSecurity(config, { ...settings, mode: "x509" });
  const files = provider(pskCredential);
  await assert.rejects(openAccountCredential(x509, files, signal), { code: "CREDENTIAL_UNFIT", message: /mode x509/ });
  assert.deepEqual(files.opened, ["iotsafe:"]);
  const { credential: _, ...without } = x509;
  await assert.rejects(openAccountCredential(without, files, signal), { code: "NO_CREDENTIAL" });
});

test("a certificate and a key that belong together are taken, others are told apart", async () => {
  const ca = await SandboxCa.create();
  const [device, other] = await Promise.all([ca.issueDevice("d"), ca.issueDevice("e")]);
  const account = { ...settings, mode: "x509" as const, serverPublicKey: ca.certificate };
  const own = { ...account, publicKeyOrIdentity: device.certificate, secretKey: device.privateKey };
  assert.deepEqual(policy.inspect?.(own), []);
  const mixed = policy.inspect?.({ ...own, secretKey: other.privateKey }) ?? [];
  assert.match(mixed.join(), /not the one of the certificate/);
  const noCertificate = policy.inspect?.({ ...own, serverPublicKey: Uint8Array.of(1, 2) }) ?? [];
  assert.match(noCertificate.join(), /resource 4\) cannot be used/);
});

test("suites and groups that we do not have, or that do not go with the mode, are passed over; none left is a problem", () => {
  assert.deepEqual(usableSuites({ ...settings, cipherSuites: [0xae, 0xc0a8, 0xc0ae] }), [0xc0a8]);
  assert.deepEqual(usableGroups({ ...settings, groups: [999, 29, 23] }), [29, 23]);
  const problems = policy.inspect?.({ ...settings, cipherSuites: [0xae], groups: [999] }) ?? [];
  assert.match(problems.join("\n"), /none of the cipher suites 174 .*\nnone of the groups 999/);
});

test("what makes other associations makes another account; the instance id does not", () => {
  const withKey = (key: string): SecuritySettings => ({ ...settings, secretKey: encodeUtf8(key) });
  assert.equal(sameSecurity(withKey("a"), { ...withKey("a"), instance: 9 }), true);
  assert.equal(sameSecurity(withKey("a"), withKey("b")), false);
  assert.equal(sameSecurity(settings, { ...settings, cipherSuites: [0xc0a8] }), false);
});
