import assert from "node:assert/strict";
import { test } from "node:test";
import { type CardKeySlot, CardKeySlots } from "../../../src/credentials/adapters/enrolled-card-slots.ts";
import { enrolledCredential } from "../../../src/credentials/adapters/enrolled-credential.ts";
import { verifySignature } from "../../../src/crypto/verify.ts";
import {
  createCertificateRequest,
  isRequestSigned,
  parseCertificateRequest,
} from "../../../src/pki/certificate-request.ts";
import { contentFromProfile } from "../../../src/pki/requested-content.ts";
import type { SettingsInput } from "../../../src/sandbox/card/settings.ts";
import { message, never, scheme, TestReader } from "../../support/iotsafe-host.ts";
import { testProfile } from "../../support/virtual-sim.ts";

const byId = (id: number) => ({ key: { id: Uint8Array.of(id) }, publicKey: { id: Uint8Array.of(id) } });

function slotsOf(settings: SettingsInput = {}, slots: readonly CardKeySlot[] = [byId(4)]) {
  const reader = new TestReader(testProfile(settings));
  return { reader, slots: new CardKeySlots(reader.host().provider.applet("iotsafe:"), slots, "est") };
}

test("an empty slot has no key; after generation it has the one that the card told", async () => {
  const { slots } = slotsOf();
  assert.equal(slots.count, 1);
  assert.equal(await slots.publicKey(0, never), undefined);
  await assert.rejects(slots.signer(0, never), { code: "NO_KEY", message: /private key 04 on the card is empty/ });
  const made = await slots.generate(0, never);
  assert.deepEqual(await slots.publicKey(0, never), made);
});

test("a certificate request is signed by the card, and its credential signs handshakes", async () => {
  const { slots } = slotsOf();
  const made = await slots.generate(0, never);
  const signer = await slots.signer(0, never);
  const csr = parseCertificateRequest(
    await createCertificateRequest(contentFromProfile({ commonName: "device-1" }), signer, never),
  );
  assert.ok(isRequestSigned(csr));
  assert.deepEqual(csr.publicKey, made);
  const chain = [Uint8Array.of(1)];
  const credential = await enrolledCredential(slots, 0, chain, never);
  assert.ok(credential.kind === "certificate");
  assert.deepEqual(await credential.certificates.chain(never), chain);
  assert.ok(verifySignature(made, scheme, message, await credential.signer.sign(message, scheme, never)));
});

test("an applet that renames a new pair is found out, with what to do", async () => {
  const { slots } = slotsOf({ generationIds: "changed" });
  await assert.rejects(slots.generate(0, never), {
    code: "KEY_RENAMED",
    message: /04 as private key 14: name the slot by/,
  });
  const labelled = { key: { label: "E4" }, publicKey: { label: "E4" } };
  const { slots: byLabel } = slotsOf({ generationIds: "changed" }, [labelled]);
  const made = await byLabel.generate(0, never);
  assert.deepEqual(await byLabel.publicKey(0, never), made);
});

test("a slot that the card does not have is an error and not an empty one, and so is one beyond the configuration", async () => {
  const { slots } = slotsOf({}, [byId(9)]);
  await assert.rejects(slots.publicKey(0, never), { code: "CARD_REFUSED" });
  await assert.rejects(slots.publicKey(1, never), { code: "NO_KEY", message: /the configuration names 1/ });
});
