import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { CoapAssociation } from "../../src/association/coap-association.ts";
import { connectResuming } from "../../src/association/connect-resuming.ts";
import { credentialFingerprint } from "../../src/association/credential-fingerprint.ts";
import { bindingOf } from "../../src/association/kept-session.ts";
import type { HandshakeParties } from "../../src/association/need-answers.ts";
import { parseServerUri } from "../../src/association/server-uri.ts";
import { SessionKeeper } from "../../src/association/session-keeper.ts";
import { firstAnswerMs } from "../../src/association/shake-hands.ts";
import type { Credential } from "../../src/credentials/ports/credential.ts";
import { DtlsError } from "../../src/dtls/dtls-error.ts";
import { readInitialHello } from "../../src/dtls/listener-hello.ts";
import { systemWallClock } from "../../src/platform/clock.ts";
import { SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import { FakeNetwork } from "../support/fake-network.ts";
import { MemoryStore, resumableSession, sessionWith } from "../support/memory-sessions.ts";
import {
  certificateServer,
  pskCredential,
  pskServer,
  realPorts,
  serverVerifier,
  softwareCredential,
} from "../support/sandbox.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";

/** A device that may be started again; counts the signatures of its key. */
class Device {
  signatures = 0;
  readonly store = new MemoryStore();
  readonly #t: TestContext;
  readonly #parties: HandshakeParties;
  #keeper = this.#makeKeeper();

  constructor(t: TestContext, parties: HandshakeParties) {
    this.#t = t;
    this.#parties = { ...parties, credential: this.#counted(parties.credential) };
  }

  restart(): void {
    this.#keeper = this.#makeKeeper();
  }

  async connect(uri: string, parties: Partial<HandshakeParties> = {}): Promise<CoapAssociation> {
    const target = { uri: parseServerUri(uri), parties: { ...this.#parties, ...parties } };
    const { signal } = new AbortController();
    const association = await connectResuming(target, this.#keeper, () => ({ code: 0x84 }), realPorts, signal);
    this.#t.after(() => association.close());
    return association;
  }

  #makeKeeper(): SessionKeeper {
    return new SessionKeeper({ ...realPorts, key: "session", store: this.store, wallClock: systemWallClock });
  }

  #counted(credential: Credential): Credential {
    if (credential.kind === "psk") return credential;
    const { signer } = credential;
    const sign: typeof signer.sign = (...message) => {
      this.signatures++;
      return signer.sign(...message);
    };
    return { ...credential, signer: { publicKey: signer.publicKey, schemes: signer.schemes, sign } };
  }
}

async function certified(t: TestContext) {
  const ca = await SandboxCa.create();
  const device = new Device(t, {
    credential: softwareCredential(await ca.issueDevice("device")),
    verifier: serverVerifier(ca),
  });
  return { ca, device, server: await certificateServer(t, ca) };
}

const resumed = ({ session }: CoapAssociation): boolean | undefined => session?.resumed;

test("connecting again costs no signature, in the same process and after a restart", async (t) => {
  const { device, server } = await certified(t);
  const first = await device.connect(server.uri);
  await first.close();
  const second = await device.connect(server.uri);
  await second.close();
  device.restart();
  const third = await device.connect(server.uri);
  assert.deepEqual([first, second, third].map(resumed), [false, true, true]);
  assert.deepEqual(third.session?.peerChain, first.session?.peerChain);
  assert.equal(device.signatures, 1);
});

test("a server that has forgotten goes on with a full handshake in the same exchange, and that session is kept", async (t) => {
  const { ca, device, server } = await certified(t);
  await device.connect(server.uri);
  const port = Number(new URL(server.uri).port);
  await server.close();
  await certificateServer(t, ca, { port });
  const second = await device.connect(server.uri);
  const third = await device.connect(server.uri);
  assert.deepEqual([second, third].map(resumed), [false, true]);
  assert.equal(device.signatures, 2);
});

test("another certificate of ours, or a server that is no longer trusted, makes a full handshake", async (t) => {
  const { ca, device, server } = await certified(t);
  await device.connect(server.uri);
  const renewed = softwareCredential(await ca.issueDevice("device"));
  assert.equal(resumed(await device.connect(server.uri, { credential: renewed })), false);

  const other = serverVerifier(await SandboxCa.create());
  await assert.rejects(device.connect(server.uri, { verifier: other }), { code: "SERVER_NOT_TRUSTED" });
  assert.equal(device.store.records.size, 0);
});

const noVerifier = { verify: async () => assert.fail("there is no chain") };

test("a session by a pre-shared key is resumed too", async (t) => {
  const server = await pskServer(t);
  const device = new Device(t, { credential: pskCredential, verifier: noVerifier });
  await device.connect(server.uri);
  assert.equal(resumed(await device.connect(server.uri)), true);
});

test("only what breaks the session's protection drops it: not a close, not a peer that went silent", async (t) => {
  const { device, server } = await certified(t);
  const first = await device.connect(server.uri);
  await first.close();
  (await device.connect(server.uri)).abandon(new Error("the peer does not answer"));
  const third = await device.connect(server.uri);
  assert.equal(resumed(third), true);
  third.abandon(new DtlsError("ALERT_RECEIVED", "the peer sent alert bad_record_mac (20)", { alert: 20 }));
  await settle();
  assert.equal(device.store.records.size, 0);
  assert.equal(resumed(await device.connect(server.uri)), false);
});

/** A device with a kept session at a server that the test plays, in virtual time. */
async function silentServer() {
  const time = new VirtualTime(1000);
  const network = new FakeNetwork();
  network.hosts.set("server.example", ["192.0.2.1"]);
  const store = new MemoryStore();
  const ports = { ...realPorts, network, clock: time, timers: time };
  const wallClock = { now: () => Date.UTC(2026, 6, 1), trusted: true };
  const keeper = new SessionKeeper({ ...ports, key: "session", store, wallClock });
  const uri = parseServerUri("coaps://server.example");
  const { signal } = new AbortController();
  const credential = pskCredential;
  assert.ok(credential.kind === "psk");
  const binding = bindingOf("server.example 5684", "server.example", await credentialFingerprint(credential, signal));
  const { identity: pskIdentity } = credential.preSharedKey;
  await keeper.keep(binding, sessionWith(resumableSession({ cipherSuite: 0xc0a8, pskIdentity, peerChain: [] })));
  const target = { uri, parties: { credential, verifier: noVerifier } };
  const outcome = connectResuming(target, keeper, () => ({ code: 0x84 }), ports, signal);
  outcome.catch(() => {});
  /** Bytes of the session id in each ClientHello of each attempt. */
  const offered = () =>
    network.paths.map(({ sent }) => sent.map((each) => readInitialHello(each)?.hello.sessionId.length));
  return { time, network, store, outcome, offered };
}

test("without any answer three hellos offer the session, then the attempt without begins, and the session stays", async () => {
  const { time, store, outcome, offered } = await silentServer();
  await time.advance(firstAnswerMs - 1);
  assert.deepEqual(offered(), [[3, 3, 3]]);
  await time.advance(1);
  assert.deepEqual(offered(), [[3, 3, 3], [0]]);
  await time.advance(100_000);
  await assert.rejects(outcome, { code: "SERVER_UNREACHABLE" });
  assert.deepEqual(offered()[1], [0, 0, 0, 0, 0, 0]);
  assert.equal(store.records.size, 1);
});

test("a refusal drops the session before the attempt without", async () => {
  const { time, network, store, offered } = await silentServer();
  await settle();
  const fatalHandshakeFailure = Uint8Array.of(21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40);
  network.paths[0]?.receive(fatalHandshakeFailure);
  await time.advance(1000);
  assert.deepEqual([offered()[1], store.records.size], [[0], 0]);
});

test("a network that has no way at all is the error, and the session stays", async () => {
  const { network, store } = await silentServer();
  await settle();
  network.unreachable.add("192.0.2.1");
  network.paths[0]?.hint("ENETUNREACH");
  await settle();
  assert.deepEqual([network.paths.length, store.records.size], [1, 1]);
});
