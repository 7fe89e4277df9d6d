import assert from "node:assert/strict";
import { test } from "node:test";
import { NamedGroup } from "../../../src/crypto/ports.ts";
import type { DtlsError } from "../../../src/dtls/dtls-error.ts";
import { encodeSignatureAlgorithms } from "../../../src/dtls/handshake/extensions/signature-algorithms.ts";
import { encodeSupportedGroups } from "../../../src/dtls/handshake/extensions/supported-groups.ts";
import type { ClientHello } from "../../../src/dtls/handshake/messages/client-hello.ts";
import { type DtlsConfig, resolveSettings } from "../../../src/dtls/settings.ts";
import { readClientOffer } from "../../../src/dtls/states/server-client-offer.ts";

const none = new Uint8Array();
const schemes = { type: 13, data: encodeSignatureAlgorithms([0x0401, 0x0503, 0x0403]) };
const extendedMasterSecret = { type: 23, data: none };
const hello: ClientHello = {
  version: 0xfefd,
  random: new Uint8Array(32),
  sessionId: none,
  cookie: none,
  cipherSuites: [0xc02b, 0xc0ae, 0xc0a8, 0xd003, 0x00ff],
  compressionMethods: [0],
  extensions: [schemes, extendedMasterSecret],
};
const policy = { certificates: true, psk: true, pskIdentityHint: none, requestClientCertificate: true };

function read(change: Partial<ClientHello> = {}, config: DtlsConfig = {}, overrides: Partial<typeof policy> = {}) {
  return readClientOffer({ ...hello, ...change }, { ...policy, ...overrides }, resolveSettings(config, true));
}

test("the suites in common come in the server's order", () => {
  assert.deepEqual(
    read().suites.map(({ id }) => id),
    [0xc0ae, 0xc02b, 0xd003, 0xc0a8],
  );
  assert.deepEqual(
    read({}, { suites: [0xc0a8, 0xc02b] }).suites.map(({ id }) => id),
    [0xc0a8, 0xc02b],
  );
});

test("only what the policy allows is in common", () => {
  assert.deepEqual(
    read({}, {}, { psk: false }).suites.map(({ id }) => id),
    [0xc0ae, 0xc02b],
  );
  assert.deepEqual(
    read({}, {}, { certificates: false }).suites.map(({ id }) => id),
    [0xd003, 0xc0a8],
  );
});

test("without a common group only plain PSK is left", () => {
  const extensions = [...hello.extensions, { type: 10, data: encodeSupportedGroups([0x0019]) }];
  assert.deepEqual(
    read({ extensions }).suites.map(({ id }) => id),
    [0xc0a8],
  );
});

test("a client that takes no uncompressed points has only plain PSK", () => {
  const extensions = [...hello.extensions, { type: 11, data: Uint8Array.of(1, 1) }];
  assert.deepEqual(
    read({ extensions }).suites.map(({ id }) => id),
    [0xc0a8],
  );
});

test("the group is the server's favourite among the client's, P-256 when the client says nothing", () => {
  assert.equal(read().group, NamedGroup.secp256r1);
  const extensions = [...hello.extensions, { type: 10, data: encodeSupportedGroups([0x18, 0x1d]) }];
  assert.equal(read({ extensions }).group, NamedGroup.x25519);
});

test("schemes are ECDSA only and in the client's order; without the extension there are none", () => {
  assert.deepEqual(read().schemes, [0x0503, 0x0403]);
  assert.deepEqual(
    read({ extensions: [extendedMasterSecret] }).suites.map(({ id }) => id),
    [0xd003, 0xc0a8],
  );
});

test("secure renegotiation is known by the extension or by the suite value", () => {
  assert.equal(read().secureRenegotiation, true);
  assert.equal(read({ cipherSuites: [0xc0ae] }).secureRenegotiation, false);
  const extensions = [...hello.extensions, { type: 0xff01, data: Uint8Array.of(0) }];
  assert.equal(read({ cipherSuites: [0xc0ae], extensions }).secureRenegotiation, true);
});

for (const [what, change, alert] of [
  ["of DTLS 1.0", { version: 0xfeff }, 70],
  ["of TLS", { version: 0x0303 }, 70],
  ["without null compression", { compressionMethods: [1] }, undefined],
  ["without extended_master_secret", { extensions: [schemes] }, undefined],
  [
    "of a renegotiation",
    { extensions: [schemes, extendedMasterSecret, { type: 0xff01, data: Uint8Array.of(1, 7) }] },
    40,
  ],
] as const) {
  test(`a hello ${what} is refused`, () => {
    assert.throws(
      () => read(change),
      (error: DtlsError) => error.name === "DtlsError" && error.alert === alert,
    );
  });
}

test("a later version than ours is a client that can do ours", () => {
  assert.doesNotThrow(() => read({ version: 0xfefc }));
});
