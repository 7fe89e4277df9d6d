import assert from "node:assert/strict";
import { test } from "node:test";
import type { DtlsError } from "../../../src/dtls/dtls-error.ts";
import type { ClientHello } from "../../../src/dtls/handshake/messages/client-hello.ts";
import type { ServerHello } from "../../../src/dtls/handshake/messages/server-hello.ts";
import { resolveSettings } from "../../../src/dtls/settings.ts";
import { acceptServerHello } from "../../../src/dtls/states/client-server-hello-check.ts";
import { bytesOf } from "../../support/codec-properties.ts";

const none = new Uint8Array();
const client: ClientHello = {
  version: 0xfefd,
  random: new Uint8Array(32).fill(1),
  sessionId: none,
  cookie: none,
  cipherSuites: [0xc0ae, 0xc0ac],
  compressionMethods: [0],
  extensions: [10, 11, 13, 23, 0xff01].map((type) => ({ type, data: none })),
};
const server: ServerHello = {
  version: 0xfefd,
  random: new Uint8Array(32).fill(2),
  sessionId: none,
  cipherSuite: 0xc0ac,
  compressionMethod: 0,
  extensions: [
    { type: 23, data: none },
    { type: 0xff01, data: Uint8Array.of(0) },
    { type: 11, data: Uint8Array.of(2, 1, 0) },
  ],
};

test("an answer within the offer is taken", () => {
  const negotiated = acceptServerHello(server, client, resolveSettings({}, true));
  assert.equal(negotiated.suite.id, 0xc0ac);
  assert.equal(negotiated.extendedMasterSecret, true);
  assert.equal(
    acceptServerHello({ ...server, extensions: [] }, client, resolveSettings({}, false)).extendedMasterSecret,
    false,
  );
});

for (const [what, change, alert] of [
  ["another version", { version: 0xfeff }, 70],
  ["a suite that was not offered", { cipherSuite: 0xc02b }, 47],
  ["a suite that we don't know", { cipherSuite: 0x1301 }, 47],
  ["compression", { compressionMethod: 1 }, 47],
  ["an extension that was not offered", { extensions: [{ type: 35, data: none }] }, 110],
  ["renegotiation_info with content", { extensions: [{ type: 0xff01, data: Uint8Array.of(1, 9) }] }, 40],
  ["no uncompressed points", { extensions: [{ type: 11, data: Uint8Array.of(1, 1) }] }, 47],
  ["the sentinel of a downgrade", { random: bytesOf(`${"02".repeat(24)}444f574e47524400`) }, 47],
] as const) {
  test(`an answer with ${what} is refused`, () => {
    const answer = () => acceptServerHello({ ...server, ...change }, client, resolveSettings({}, false));
    assert.throws(answer, (error: DtlsError) => error.alert === alert);
  });
}

test("the sentinel of a server that could do TLS 1.3 is no downgrade for us", () => {
  const random = bytesOf(`${"02".repeat(24)}444f574e47524401`);
  assert.doesNotThrow(() => acceptServerHello({ ...server, random }, client, resolveSettings({}, false)));
});
