// What an account and its servers do to a certificate after it was issued.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { CertificateVerifier } from "../../../src/credentials/ports/certificate-verifier.ts";
import { toHex } from "../../../src/util/bytes.ts";
import { clientsOf, EnrolmentStage, type StageOptions } from "../../support/enrolment-stage.ts";
import type { WatchedAgent } from "../../support/watched-agent.ts";

/** The certificate in use, once this holds. */
async function certificateOnce(device: WatchedAgent, fits: (active: ReturnType<typeof certificate>) => boolean) {
  while (!fits(certificate(device))) await new Promise((resolve) => setImmediate(resolve));
  return certificate(device);
}

function certificate({ agent }: WatchedAgent) {
  return agent.status.enrolment?.active;
}

async function registered(t: TestContext, options: StageOptions, enrolment: object = {}) {
  const stage = await EnrolmentStage.open(t, options);
  const device = await stage.agent(t, enrolment);
  await device.registered(101);
  return { stage, device };
}

test("a new certificate whose registration is refused gives way to the former one, which registers", async (t) => {
  let first: string | undefined;
  const admit = (leaf: Uint8Array): string | undefined => {
    first ??= toHex(leaf);
    return first === toHex(leaf) ? undefined : "not this one";
  };
  const { device } = await registered(t, { admit });
  const former = certificate(device);
  const from = device.events.length;
  await device.agent.control.renewCertificate("new-key");
  await device.until("given-up", () => true, from);
  await device.registered(101, from);
  const { slot, spkiHash } = (await certificateOnce(device, (active) => active?.spkiHash === former?.spkiHash)) ?? {};
  assert.deepEqual([slot, spkiHash], [former?.slot, former?.spkiHash]);
  assert.equal(device.agent.status.enrolment?.lastFailure?.code, "REGISTRATION_REFUSED");
  await device.agent.stop();
});

test("the only certificate, once a server refuses it for good, is followed by one for the bootstrap identity", async (t) => {
  const revoked = new Set<string>();
  const verifier = (ca: Uint8Array): CertificateVerifier => {
    const others = clientsOf([ca]);
    return {
      verify: async (chain) => {
        const isRevoked = revoked.has(toHex(chain[0] ?? new Uint8Array()));
        return isRevoked ? { accepted: false, code: "revoked", message: "revoked" } : others.verify(chain);
      },
    };
  };
  const issued: string[] = [];
  const { stage, device } = await registered(t, {
    verifier,
    resumption: false,
    est: { onIssued: (leaf, name) => issued.push(`${name} ${toHex(leaf)}`) },
  });
  const before = certificate(device);
  await device.agent.stop();
  revoked.add(issued[0]?.slice(4) ?? "");
  const again = await stage.agent(t);
  await again.until("retrying");
  // A final alert is believed when it comes a second time.
  await again.agent.control.reconnect(101);
  await again.until("given-up");
  await again.registered(101);
  assert.deepEqual(
    issued.map((each) => each.slice(0, 4)),
    ["sen ", "sen "],
  );
  assert.notEqual(certificate(again)?.spkiHash, before?.spkiHash);
  await again.agent.stop();
});

test("an account that leaves mode 4 ends the enrolment: its certificates go", async (t) => {
  const options = { security: { 2: 4 } };
  const { device } = await registered(t, options);
  options.security[2] = 2;
  await device.agent.control.bootstrap();
  await certificateOnce(device, (active) => active === undefined);
  assert.deepEqual(device.agent.status.enrolment?.slots, ["idle", "idle"]);
  await device.agent.stop();
});

test("another SIM is noticed at the start: its slots hold nothing, and the device enrols with it anew", async (t) => {
  const { stage, device } = await registered(t, {});
  const before = certificate(device);
  await device.agent.stop();
  await stage.swapSim();
  const again = await stage.agent(t);
  await again.until("enrolment-slot-lost");
  await again.registered(101);
  assert.equal(stage.issued.length, 2);
  assert.ok(stage.issued.every((each) => each.startsWith("sen ")));
  assert.notEqual(certificate(again)?.spkiHash, before?.spkiHash);
  await again.agent.stop();
});

test("a bootstrap account of `enrolled:` shows the first credential, and the certificate once there is one", async (t) => {
  const { device } = await registered(t, { bootstrap: { security: { credential: "enrolled:" } } });
  const sources = (from: number) =>
    device.events.slice(from).flatMap((event) => (event.type === "credential" ? [event.source] : []));
  assert.deepEqual([sources(0)[0], sources(0).at(-1)], ["iotsafe", "enrolled"]);
  const from = device.events.length;
  await device.agent.control.bootstrap();
  await device.until("bootstrapped", () => true, from);
  assert.equal(sources(from)[0], "enrolled");
  await device.agent.stop();
});

test("an order may keep the key, and a preview only says what it would do", async (t) => {
  const { stage, device } = await registered(t, {});
  const { control } = device.agent;
  const before = certificate(device);
  const common = { identity: "operational", operation: "reenrol" };
  assert.deepEqual(await control.previewRenewal(), { slot: 1, mode: "new-key", ...common });
  assert.deepEqual(await control.previewRenewal("same-key"), { slot: 0, mode: "same-key", ...common });
  assert.equal(stage.issued.length, 1);
  const from = device.events.length;
  await control.renewCertificate("same-key");
  await device.registered(101, from);
  assert.equal(stage.issued.length, 2);
  assert.equal(certificate(device)?.spkiHash, before?.spkiHash);
  assert.notEqual(certificate(device)?.chain[0]?.serialNumber, before?.chain[0]?.serialNumber);
  await device.agent.stop();
});
