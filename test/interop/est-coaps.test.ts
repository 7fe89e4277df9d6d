// Our enrolment with an EST server of another make: go-coap over pion's DTLS, crypto/x509 and smallstep's PKCS #7; the
// certificates of both sides and the verdict on what was issued are OpenSSL's.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { connectDtls } from "../../src/association/connect-dtls.ts";
import { parseServerUri } from "../../src/association/server-uri.ts";
import { enrolledCredential } from "../../src/credentials/adapters/enrolled-credential.ts";
import { FileCredentialProvider } from "../../src/credentials/adapters/file/file-credential-provider.ts";
import type { Credential } from "../../src/credentials/ports/credential.ts";
import { parsePem } from "../../src/crypto/pem.ts";
import { channelBindingChallenge } from "../../src/est/channel-binding.ts";
import { Enrolment } from "../../src/est/enrolment/enrolment.ts";
import type { EnrolmentEvent } from "../../src/est/enrolment/enrolment-event.ts";
import { activeCertificate } from "../../src/est/enrolment/enrolment-record.ts";
import { EstClient } from "../../src/est/est-client.ts";
import { createCertificateRequest } from "../../src/pki/certificate-request.ts";
import { PathValidator } from "../../src/pki/path-validator.ts";
import { contentFromProfile, type RequestProfile } from "../../src/pki/requested-content.ts";
import { systemWallClock } from "../../src/platform/clock.ts";
import { machineFiles } from "../../src/platform/files.ts";
import { toPem } from "../support/certificates.ts";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { GoEstServer } from "../support/foreign/est-server.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";
import { MemoryKeySlots } from "../support/memory-key-slots.ts";
import { realPorts } from "../support/sandbox.ts";

const { signal } = new AbortController();
const profile: RequestProfile = {
  commonName: "device-1",
  alternativeNames: [{ kind: "uri", uri: "urn:dev:os:32473-1" }],
};

describe("our enrolment with go-coap, pion and crypto/x509", () => {
  const cleanup = suiteCleanup();
  const authority = new TestAuthority(cleanup);
  const bootstrap = authority.device("device-1");
  const folder = temporaryFolder(cleanup);
  const anchors = parsePem(readFileSync(authority.cert)).map(({ content }) => content);

  async function connect(server: GoEstServer, credential: Credential) {
    const peer = { role: "server", name: "127.0.0.1" } as const;
    const verifier = new PathValidator({ anchors, peer, clock: systemWallClock });
    const uri = parseServerUri(`coaps://127.0.0.1:${server.port}`);
    const target = { uri, parties: { credential, verifier }, serverName: "localhost" };
    return connectDtls(target, () => ({ code: 0x84 }), realPorts, signal);
  }

  /** A device with two slots and a memory for a disk. */
  async function device(server: GoEstServer) {
    const slots = new MemoryKeySlots(2);
    const events: EnrolmentEvent[] = [];
    let stored: Uint8Array | undefined;
    const credentialOf = (
      identity: { kind: "bootstrap" } | { kind: string; slot: number; chain: readonly Uint8Array[] },
    ) =>
      "slot" in identity
        ? enrolledCredential(slots, identity.slot, identity.chain, signal)
        : new FileCredentialProvider(machineFiles).open(`file:${bootstrap.key}?cert=${bootstrap.cert}`, signal);
    const open = () =>
      Enrolment.open(
        { profile, issued: { minimumLifeMs: 0 } },
        {
          slots,
          clock: systemWallClock,
          entropy: realPorts.entropy,
          onEvent: (event) => events.push(event),
          store: {
            load: async () => stored,
            save: async (record) => {
              stored = record;
            },
          },
          connector: {
            open: async (identity, root) => {
              const association = await connect(server, await credentialOf(identity));
              const { session } = association;
              const service = new EstClient(
                association,
                { patienceMs: 0, ...(root && { rememberedRoot: root }) },
                realPorts,
              );
              const challenge = session && channelBindingChallenge(session);
              const peerChain = session?.peerChain ?? [];
              return {
                service,
                peerChain,
                ...(challenge !== undefined && { challenge }),
                close: () => association.close(),
              };
            },
          },
          prover: {
            prove: async (slot, chain) => {
              await (await connect(server, await enrolledCredential(slots, slot, chain, signal))).close();
            },
          },
        },
        signal,
      );
    return { open, slots, events };
  }

  function verifyWithOpenssl(leaf: Uint8Array): void {
    const file = join(folder, "leaf.pem");
    writeFileSync(file, toPem("CERTIFICATE", leaf));
    const purpose = ["-purpose", "sslclient", "-x509_strict"];
    execFileSync("openssl", ["verify", ...purpose, "-CAfile", authority.cert, file], { stdio: "pipe" });
  }

  test("OpenSSL takes our certificate request for a good one, and reads in it what the profile says", async () => {
    const slots = new MemoryKeySlots(1);
    await slots.generate(0);
    const csr = await createCertificateRequest(contentFromProfile(profile), await slots.signer(0), signal);
    const file = join(folder, "request.der");
    writeFileSync(file, csr);
    const text = execFileSync("openssl", ["req", "-inform", "DER", "-in", file, "-verify", "-noout", "-text"], {
      encoding: "utf8",
      stdio: "pipe",
    });
    for (const part of [
      /CN ?= ?device-1/,
      /URI:urn:dev:os:32473-1/,
      /Digital Signature/,
      /TLS Web Client Authentication/,
    ])
      assert.match(text, part);
  });

  for (const root of ["/.well-known/est", "/est"]) {
    test(`at ${root}: CA certificates, enrolment, proof, then a new key by re-enrolment`, async (t) => {
      const server = await GoEstServer.start(t, authority, { root });
      const { open, slots, events } = await device(server);
      const enrolment = await open();
      await enrolment.begin("new-key");
      assert.deepEqual(await enrolment.run(signal), { kind: "done" }, JSON.stringify(events));
      assert.equal((await server.waitFor("issued")).again, false);
      const first = activeCertificate(enrolment.record)?.chain[0] ?? assert.fail();
      verifyWithOpenssl(first);
      await enrolment.confirm();

      await enrolment.begin("new-key");
      assert.deepEqual(await enrolment.run(signal), { kind: "done" }, JSON.stringify(events));
      assert.equal((await server.waitFor("issued")).again, true);
      assert.equal(enrolment.record.activeSlot, 1);
      assert.notDeepEqual(slots.keys[0]?.publicKey, slots.keys[1]?.publicKey);
      verifyWithOpenssl(activeCertificate(enrolment.record)?.chain[0] ?? assert.fail());
      assert.equal(enrolment.record.estRoot?.join("/"), root.slice(1));
      assert.deepEqual(enrolment.record.caCertificates, anchors);
    });
  }

  test("a delayed issue with a restart in between: the identical request is what goes out again", async (t) => {
    const server = await GoEstServer.start(t, authority, { delay: 1 });
    const { open } = await device(server);
    const first = await open();
    await first.begin("new-key");
    const waiting = await first.run(signal);
    assert.ok(waiting.kind === "waiting");
    const { request } = await server.waitFor("delayed");
    const restarted = await open();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, waiting.until - Date.now()) + 20));
    assert.deepEqual(await restarted.run(signal), { kind: "done" });
    assert.equal((await server.waitFor("issued")).request, request);
  });

  test("a certificate that expired while the device slept is followed by way of the bootstrap identity", async (t) => {
    const server = await GoEstServer.start(t, authority, { lifetime: "2s" });
    const { open, slots, events } = await device(server);
    const enrolment = await open();
    await enrolment.begin("new-key");
    assert.deepEqual(await enrolment.run(signal), { kind: "done" });
    await server.waitFor("issued");
    await enrolment.confirm();
    const { activeSlot = 0 } = enrolment.record;
    const { chain } = activeCertificate(enrolment.record) ?? assert.fail();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    // The server refuses it in the handshake, as it should.
    const expired = await enrolledCredential(slots, activeSlot, chain, signal);
    await assert.rejects(connect(server, expired), /alert/);
    await enrolment.begin("new-key");
    assert.deepEqual(await enrolment.run(signal), { kind: "done" }, JSON.stringify(events));
    assert.equal((await server.waitFor("issued")).again, false);
    assert.equal(enrolment.record.activeSlot, 1);
  });
});
