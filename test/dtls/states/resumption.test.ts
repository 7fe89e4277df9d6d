import assert from "node:assert/strict";
import { test } from "node:test";
import { cipherSuites } from "../../../src/dtls/cipher-suites.ts";
import type { Negotiated } from "../../../src/dtls/states/negotiated.ts";
import { resumableAfter } from "../../../src/dtls/states/resumption.ts";

const [suite] = cipherSuites;
assert.ok(suite);
const negotiated: Negotiated = {
  suite,
  clientRandom: new Uint8Array(32),
  serverRandom: new Uint8Array(32),
  extendedMasterSecret: true,
  sessionId: Uint8Array.of(7),
  serverName: "a.bb",
};
const master = new Uint8Array(48);
const peerChain = [new Uint8Array(8192)];

test("a session is kept with whom it was made and for which name", () => {
  assert.deepEqual(resumableAfter(negotiated, master, { peerChain, pskIdentity: Uint8Array.of(1) }).resumable, {
    sessionId: Uint8Array.of(7),
    masterSecret: master,
    cipherSuite: suite.id,
    serverName: "a.bb",
    pskIdentity: Uint8Array.of(1),
    peerChain,
  });
});

test("without extended_master_secret, without a session id, or with too long a chain there is nothing to keep", () => {
  assert.deepEqual(resumableAfter({ ...negotiated, extendedMasterSecret: false }, master, { peerChain }), {});
  assert.deepEqual(resumableAfter({ ...negotiated, sessionId: new Uint8Array() }, master, { peerChain }), {});
  assert.deepEqual(resumableAfter(negotiated, master, { peerChain: [...peerChain, new Uint8Array(1)] }), {});
});
