import "reflect-metadata";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { createVerifier } from "../../../src/agent/accounts/trust.ts";
import { parseServerUri } from "../../../src/association/server-uri.ts";
import type { SecuritySettings } from "../../../src/lwm2m/bootstrap/security-settings.ts";
import { type IssuedCertificate, makeCa, makeLeaf } from "../../support/certificates.ts";
import { makeCrl } from "../../support/revocation-list.ts";

const wallClock = { now: () => Date.parse("2026-06-01T12:00:00Z"), trusted: true };
const { signal } = new AbortController();
const serialNumber = "00c0ffee";
const contents = new Map<string, Uint8Array>();
let leaf: IssuedCertificate;

before(async () => {
  const root = await makeCa();
  leaf = await makeLeaf({ issuer: root, serialNumber });
  contents.set("ca.der", root.certDer);
  contents.set("good.crl", await makeCrl({ issuer: root }));
  const entries = [{ serialNumber, revocationDate: new Date("2026-05-01T00:00:00Z") }];
  contents.set("bad.crl", await makeCrl({ issuer: root, entries }));
  contents.set("stranger.crl", await makeCrl({ issuer: await makeCa({ cn: "Stranger" }) }));
  contents.set("torn.crl", (contents.get("good.crl") ?? new Uint8Array()).subarray(0, 40));
});

async function verdict(lists: readonly string[], missing: "hard-fail" | "soft-fail" = "hard-fail", from = {}) {
  const files = { read: async (path: string) => contents.get(path) ?? Promise.reject(new Error("ENOENT")) };
  const trust = { anchors: ["ca.der"], allowCommonName: false, revocation: { lists, missing } };
  const account = { settings: { ...settings, ...from }, configured: true, trust };
  const verifier = await createVerifier(account, parseServerUri(settings.uri), { files, wallClock });
  const judged = await verifier.verify([leaf.certDer], signal);
  return judged.accepted ? "accepted" : judged.code;
}

test("a server whose certificate is on a configured list is refused, one that is on none is taken", async () => {
  assert.equal(await verdict(["good.crl"]), "accepted");
  assert.equal(await verdict(["good.crl", "bad.crl"]), "revoked");
});

test("lists count where the account names a CA itself", async () => {
  const asserted = { certificateUsage: 2, serverPublicKey: contents.get("ca.der") };
  assert.equal(await verdict(["good.crl"], "hard-fail", asserted), "accepted");
  assert.equal(await verdict(["bad.crl"], "hard-fail", asserted), "revoked");
});

test("without a list that speaks of it a certificate is refused, unless soft-fail is configured", async () => {
  assert.equal(await verdict(["stranger.crl"]), "revoked");
  assert.equal(await verdict(["stranger.crl"], "soft-fail"), "accepted");
});

test("a list that is missing or cannot be read is named", async () => {
  await assert.rejects(verdict(["gone.crl"]), { code: "BAD_TRUST_FILE", message: /gone\.crl: ENOENT/ });
  await assert.rejects(verdict(["torn.crl"]), {
    code: "BAD_TRUST_FILE",
    message: /trust\.revocation\.lists, torn\.crl/,
  });
});

const settings: SecuritySettings = {
  instance: 0,
  uri: "coaps://server.example",
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
