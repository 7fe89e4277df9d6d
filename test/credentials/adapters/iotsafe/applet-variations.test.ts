import assert from "node:assert/strict";
import { test } from "node:test";
import { spkiFromPoint } from "../../../../src/crypto/public-key.ts";
import { verifySignature } from "../../../../src/crypto/verify.ts";
import type { PersonaliseOptions } from "../../../../src/sandbox/card/personalise.ts";
import type { SettingsInput } from "../../../../src/sandbox/card/settings.ts";
import { fromHex, toHex } from "../../../../src/util/bytes.ts";
import { message, never, scheme, TestReader, testSim } from "../../../support/iotsafe-host.ts";

interface Variation {
  readonly settings?: SettingsInput;
  readonly options?: Partial<PersonaliseOptions>;
  readonly uri?: string;
}

/** Each way in which applets are known to differ, alone. */
const variations: Readonly<Record<string, Variation>> = {
  "the defaults": {},
  "the inter-industry class only": { settings: { classes: "inter-industry" } },
  "the proprietary class only": { settings: { classes: "proprietary" } },
  "the inter-industry class by setting": {
    settings: { classes: "inter-industry" },
    uri: "iotsafe:?class=interindustry",
  },
  "direct answers": { settings: { answers: "direct" } },
  "9Fxx for 61xx": { settings: { answers: "get-response-9f" } },
  "small answers": { settings: { largestAnswer: 30 } },
  "6Cxx for a wrong Le": { settings: { wrongLe: "6Cxx" } },
  "an FCI from SELECT": { settings: { selectAnswer: "fci" } },
  "a proactive command waiting": { settings: { proactive: 0x30 } },
  "channel 4 and above": { settings: { channels: { total: 20, taken: [1, 2, 3] } } },
  "a signature with a two-byte length": { settings: { signatureForm: "raw-two-byte-length" } },
  "a signature in DER": { settings: { signatureForm: "der" } },
  "a wrapper for each object": { settings: { objectList: "wrapper-per-object", singleObject: "wrapped" } },
  "a wrapper for each class": { settings: { objectList: "wrapper-per-class" } },
  "one object a page": { settings: { objectsPerPage: 1 } },
  "one wrapped object a page": { settings: { objectsPerPage: 1, objectList: "wrapper-per-object" } },
  "application tags 90 and 93": { settings: { applicationTags: "90/93" } },
  "an applet identifier stated one too long": { settings: { appletIdLength: "one-too-big" } },
  "a malformed length of tag 92": { settings: { signatureAlgorithmLength: "malformed" } },
  "a key pair without identifiers": { settings: { generationAnswer: "key-only" } },
  "a key pair with other identifiers": { settings: { generationIds: "changed" } },
  "bare points": { settings: { publicKeyForm: "bare-point" } },
  "end of file by 6981": { settings: { endOfFile: "6981" }, options: { storedAs: "pem" } },
  "end of file by 6A86": { settings: { endOfFile: "6A86" }, options: { storedAs: "pem" } },
  "end of file by nothing": { settings: { endOfFile: "empty" }, options: { storedAs: "pem" } },
  "a padded file": { options: { fileSize: 2000 } },
  "a padded file in PEM": { options: { fileSize: 2000, storedAs: "pem" } },
  "a certificate in PEM that the URI names": {
    options: { fileSize: 2000, storedAs: "pem" },
    uri: "iotsafe:?key=01&cert=03",
  },
  "three-byte identifiers that differ": {
    options: { ids: { key: "303031", publicKey: "303032", spare: "303033", certificate: "303034" } },
  },
  "labels instead of identifiers": { uri: "iotsafe:?key-label=identity&public-key-label=identity&cert-label=identity" },
  "sessions from 0, two of them": { settings: { sessions: { numbers: "from-0", count: 2 } } },
  "sessions from 1": { settings: { sessions: { numbers: "from-1" } } },
  "sessions that stay until they are closed": { settings: { sessions: { endWithLastBlock: false } } },
  "sessions that may not be closed twice": { settings: { sessions: { closingUnopened: "6985" } } },
  "sessions counted by channel": { settings: { sessions: { scope: "channel", endWithSelection: false } } },
};

for (const [name, { settings, options, uri = "iotsafe:" }] of Object.entries(variations)) {
  test(`a credential is opened, signs twice and a key pair is generated: ${name}`, async () => {
    const reader = new TestReader(await testSim({ ...options, ...(settings && { settings }) }));
    const { provider } = reader.host();
    const credential = await provider.open(uri, never);
    for (let i = 0; i < 2; i++) {
      const signature = await credential.signer.sign(message, scheme, never);
      assert.equal(verifySignature(credential.signer.publicKey, scheme, message, signature), true);
    }
    const applet = provider.applet(uri);
    const spare = { id: fromHex(options?.ids?.spare ?? "02") };
    const pair = await applet.generateKeyPair(spare, { priority: "est" });
    const publicKey = pair.publicKeyId ?? spare.id;
    assert.deepEqual(await applet.readPublicKey({ id: publicKey }, { priority: "est" }), pair.publicKey);
    assert.equal((await applet.random(32, { priority: "cli" })).length, 32);
    await provider.close();
  });
}

test("a session that another host left open is closed and the signature made all the same", async () => {
  for (const refusal of ["6985", "6A86"] as const) {
    const profile = await testSim({
      settings: { sessions: { refusal, endWithSelection: false, endWithLastBlock: false } },
    });
    const reader = new TestReader(profile);
    const { provider } = reader.host();
    const credential = await provider.open("iotsafe:", never);
    await new Promise(setImmediate);
    for (const command of ["00A4040007A0000005590010", "802A00010D840101A1010391020001920104"]) {
      assert.equal(toHex(await reader.sim.exchange(fromHex(command))), "9000");
    }
    await credential.signer.sign(message, scheme, never);
    await new Promise(setImmediate);
    const { keyPairs } = reader.sim.profile;
    assert.equal(keyPairs.length, 2);
  }
});

test("a key that is in use in an abandoned session can still be generated anew", async () => {
  const profile = await testSim({ settings: { sessions: { endWithSelection: false, endWithLastBlock: false } } });
  const [identity, spare] = profile.keyPairs;
  assert.ok(identity && spare);
  const reader = new TestReader({ ...profile, keyPairs: [{ ...identity, access: 3 }, spare] });
  const applet = reader.host().provider.applet("iotsafe:");
  await applet.random(1, { priority: "cli" });
  await new Promise(setImmediate);
  for (const command of ["00A4040007A0000005590010", "802A00010D840101A1010391020001920104"]) {
    assert.equal(toHex(await reader.sim.exchange(fromHex(command))), "9000");
  }
  const { publicKey } = await applet.generateKeyPair({ id: fromHex("01") }, { priority: "est" });
  assert.notDeepEqual(publicKey, spkiFromPoint("P-256", fromHex(await publicPoint(reader))));
});

/** Of the key that the certificate is for. */
async function publicPoint(reader: TestReader): Promise<string> {
  const { content } = reader.sim.profile.files[0] ?? { content: "" };
  const { X509Certificate } = await import("node:crypto");
  const spki = new X509Certificate(content).publicKey.export({ format: "der", type: "spki" });
  return toHex(new Uint8Array(spki.subarray(-65)));
}

test("remote administration under way is said to be temporary", async () => {
  const reader = new TestReader(await testSim({ settings: { remoteAdministration: { refusals: 2 } } }));
  const applet = reader.host().provider.applet("iotsafe:");
  await assert.rejects(applet.objects({ priority: "cli" }), {
    code: "CARD_ADMINISTERED_REMOTELY",
    message: /try later/,
  });
});
