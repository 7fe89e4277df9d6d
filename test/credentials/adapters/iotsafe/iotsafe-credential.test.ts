import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { verifySignature } from "../../../../src/crypto/verify.ts";
import { makeCa, toPem } from "../../../support/certificates.ts";
import { MemoryCache, message, never, scheme, TestReader, testSim } from "../../../support/iotsafe-host.ts";
import { settle } from "../../../support/virtual-time.ts";

const named = "iotsafe:?key=01&cert=03";

test("a key and a certificate that the URI names need one file read and no look at the object list", async () => {
  const reader = new TestReader(await testSim());
  const { provider, counter } = reader.host();
  const credential = await provider.open(named, never);
  assert.deepEqual(counter.take(), { other: 1, fileRead: 1 });
  const [leaf] = await credential.certificates.chain(never);
  assert.match(new X509Certificate(leaf ?? new Uint8Array(0)).subject, /urn:dev:test/);
  const signature = await credential.signer.sign(message, scheme, never);
  assert.equal(verifySignature(credential.signer.publicKey, scheme, message, signature), true);
  assert.deepEqual(counter.take(), { signature: 1 });
});

test("what the URI does not name is found in the object list", async () => {
  const reader = new TestReader(await testSim());
  const { provider, counter } = reader.host();
  const credential = await provider.open("iotsafe:", never);
  assert.deepEqual(counter.take(), { other: 2, fileRead: 1 });
  await credential.signer.sign(message, scheme, never);
});

test("the second start reads no file: one operation asks which card it is, the handshake has one signature", async () => {
  const profile = await testSim();
  const cache = new MemoryCache();
  for (const uri of [named, "iotsafe:"]) {
    const first = new TestReader(profile).host(cache);
    await first.provider.open(uri, never);
    await first.provider.close();
    const reader = new TestReader(profile);
    const { provider, counter } = reader.host(cache);
    const credential = await provider.open(uri, never);
    assert.equal(credential.fromCache, true);
    assert.deepEqual(counter.take(), { other: 1 });
    await credential.signer.sign(message, scheme, never);
    assert.deepEqual(counter.take(), { signature: 1 });
    await provider.close();
  }
});

test("the APDUs of a second start and of a signature are these and no more", async () => {
  const profile = await testSim();
  const cache = new MemoryCache();
  await new TestReader(profile).host(cache).provider.open(named, never);
  const reader = new TestReader(profile);
  const { provider } = reader.host(cache);
  const credential = await provider.open(named, never);
  await credential.signer.sign(message, scheme, never);
  await provider.close();
  const shape = reader.commands.map((command) => command.slice(0, 8));
  assert.deepEqual(shape, [
    "00700000", // open a channel
    "01A40400", // select
    "81CB0000", // which card is it; answered at once, for it has an Le
    "812A0101", // close what a crash may have left
    "812A0001", // INIT
    "812B8001", // UPDATE
    "81C00000",
    "812A0101", // close, behind the signature
    "00708001", // close the channel
  ]);
});

test("a key replaced on the card is noticed by the first signature, read anew once, and good from then on", async () => {
  const cache = new MemoryCache();
  await new TestReader(await testSim({ seed: 1 })).host(cache).provider.open(named, never);
  // The same card after remote administration: its identifier is the old one, key and certificate are not.
  const [old, fresh] = [await testSim({ seed: 1 }), await testSim({ seed: 2 })];
  const reader = new TestReader({ ...fresh, appletId: old.appletId });
  const { provider, counter } = reader.host(cache);
  const credential = await provider.open(named, never);
  assert.equal(credential.fromCache, true);
  counter.take();
  await assert.rejects(credential.signer.sign(message, scheme, never), { code: "CREDENTIAL_CHANGED" });
  assert.deepEqual(counter.take(), { signature: 1, fileRead: 1 });
  const signature = await credential.signer.sign(message, scheme, never);
  assert.equal(verifySignature(credential.signer.publicKey, scheme, message, signature), true);
  assert.deepEqual(counter.take(), { signature: 1 });
  // And the cache holds the new one.
  const again = await new TestReader({ ...fresh, appletId: old.appletId }).host(cache).provider.open(named, never);
  assert.deepEqual([again.fromCache, again.signer.publicKey], [true, credential.signer.publicKey]);
});

test("a certificate that never matched its key is not read again for each signature", async () => {
  const [one, two] = [await testSim({ seed: 1 }), await testSim({ seed: 2 })];
  const reader = new TestReader({ ...one, files: two.files });
  const { provider, counter } = reader.host(new MemoryCache());
  const credential = await provider.open(named, never);
  counter.take();
  await assert.rejects(credential.signer.sign(message, scheme, never), { code: "SIGNATURE_MISMATCH" });
  assert.deepEqual(counter.take(), { signature: 1 });
});

test("a named public key that is not the certificate's is refused at once", async () => {
  const [one, two] = [await testSim({ seed: 1 }), await testSim({ seed: 2 })];
  const { provider } = new TestReader({ ...one, files: two.files }).host();
  await assert.rejects(provider.open(`${named}&public-key=01`, never), {
    code: "CREDENTIAL_MISMATCH",
    message: /file 03 is not for public key 01/,
  });
});

test("another card does not get the first card's certificate", async () => {
  const cache = new MemoryCache();
  await new TestReader(await testSim({ seed: 1 })).host(cache).provider.open(named, never);
  const { provider } = new TestReader(await testSim({ seed: 2 })).host(cache);
  assert.equal((await provider.open(named, never)).fromCache, false);
  assert.equal(cache.entries.size, 2);
});

test("a damaged cache entry is as good as none", async () => {
  const profile = await testSim();
  const cache = new MemoryCache();
  await new TestReader(profile).host(cache).provider.open(named, never);
  for (const [key, value] of cache.entries) cache.entries.set(key, value.subarray(0, value.length - 1));
  const { provider } = new TestReader(profile).host(cache);
  assert.equal((await provider.open(named, never)).fromCache, false);
});

test("a cache that cannot be read or written costs nothing but the reading", async () => {
  const broken = { get: () => Promise.reject(new Error("disk")), put: () => Promise.reject(new Error("disk")) };
  const { provider } = new TestReader(await testSim()).host(broken);
  const credential = await provider.open(named, never);
  await credential.signer.sign(message, scheme, never);
});

test("keys and certificates are paired by label, else by comparing public keys", async () => {
  const [one, two] = [await testSim({ seed: 1 }), await testSim({ seed: 2 })];
  const [file] = one.files;
  const [otherFile] = two.files;
  assert.ok(file && otherFile);
  const server = { ...otherFile, id: "04", label: "server" };
  const labelled = await new TestReader({ ...one, files: [server, file] }).host().provider.open("iotsafe:", never);
  await labelled.signer.sign(message, scheme, never);
  const reader = new TestReader({ ...one, files: [server, { ...file, label: "certificate" }] });
  const { provider, counter } = reader.host();
  const compared = await provider.open("iotsafe:", never);
  await compared.signer.sign(message, scheme, never);
  // Application information, list, the public halves (one slot is empty); the server's certificate was read in vain.
  assert.deepEqual(counter.take(), { other: 4, fileRead: 2, signature: 1 });
});

test("a card with nothing to sign with says what it does hold", async () => {
  const profile = await testSim();
  const { provider } = new TestReader({ ...profile, files: [] }).host();
  await assert.rejects(provider.open("iotsafe:", never), {
    code: "CREDENTIAL_NOT_FOUND",
    message: /no certificate file on the card, which shows .*private key 01/,
  });
});

test("a file without a certificate in it is said to be so", async () => {
  const profile = await testSim();
  const [file] = profile.files;
  assert.ok(file);
  const empty = { ...file, content: Buffer.alloc(100, 0xff).toString("base64") };
  const { provider } = new TestReader({ ...profile, files: [empty] }).host();
  await assert.rejects(provider.open(named, never), { code: "NO_CERTIFICATE", message: /file 03 .*personalised/ });
});

test("a card without the applet: the AIDs tried are named, and nothing but SELECT was sent to the USIM", async () => {
  const reader = new TestReader({ ...(await testSim()), appletInstalled: false });
  const { provider } = reader.host();
  await assert.rejects(provider.open("iotsafe:", never), {
    code: "APPLET_NOT_FOUND",
    message: /6A82.*A0000005590010, A00000003053F12401770101495341, A0000002480400, A0000001157000000000000049534102/,
  });
  await settle();
  assert.deepEqual(
    reader.commands.map((command) => command.slice(0, 4)),
    ["0070", "01A4", "01A4", "01A4", "01A4", "0070"],
  );
  assert.equal(reader.sim.pinAttempts, 0);
});

test("a scheme that the card's key does not have is refused without asking the card", async () => {
  const { provider, counter } = new TestReader(await testSim()).host();
  const credential = await provider.open(named, never);
  counter.take();
  await assert.rejects(credential.signer.sign(message, 0x0503, never), { code: "UNSUPPORTED_SCHEME" });
  assert.deepEqual(counter.take(), {});
});

test("a signature that nobody waits for any more is not begun", async () => {
  const reader = new TestReader(await testSim());
  const { provider } = reader.host();
  const credential = await provider.open(named, never);
  await settle();
  const before = reader.commands.length;
  const abort = new AbortController();
  const busy = credential.signer.sign(message, scheme, never);
  await Promise.resolve();
  const dead = credential.signer.sign(message, scheme, abort.signal);
  abort.abort();
  await assert.rejects(dead, { code: "CARD_CANCELLED" });
  await busy;
  await settle();
  assert.equal(reader.commands.slice(before).filter((command) => command.startsWith("812A00")).length, 1);
});

test("a long certificate chain in PEM is handed out leaf first", async () => {
  const { certDer, keyPkcs8Der } = await makeCa();
  const ca = { certificate: toPem("CERTIFICATE", certDer), privateKey: toPem("PRIVATE KEY", keyPkcs8Der) };
  const profile = await testSim({ ca, storedAs: "pem", fileSize: 4000 });
  const [file] = profile.files;
  assert.ok(file);
  const chain = { ...file, content: `${file.content}${ca.certificate}` };
  const { provider } = new TestReader({ ...profile, files: [chain] }).host();
  const credential = await provider.open("iotsafe:", never);
  const certificates = await credential.certificates.chain(never);
  assert.equal(certificates.length, 2);
  await credential.signer.sign(message, scheme, never);
});
