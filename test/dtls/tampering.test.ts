// Somebody on the path rewrites hellos to talk both sides into something weaker. Neither may end up connected.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ExtensionType } from "../../src/dtls/handshake/extensions/extension-list.ts";
import { HandshakeType } from "../../src/dtls/handshake/handshake-type.ts";
import {
  type ClientHello,
  decodeClientHello,
  encodeClientHello,
} from "../../src/dtls/handshake/messages/client-hello.ts";
import { rewriteMessages } from "../support/dtls-adversary.ts";
import { makePair } from "../support/dtls-pair.ts";

const without = (hello: ClientHello, unwanted: number): ClientHello => ({
  ...hello,
  extensions: hello.extensions.filter(({ type }) => type !== unwanted),
});

for (const [what, rewrite] of [
  ["all suites but the last", (hello: ClientHello) => ({ ...hello, cipherSuites: hello.cipherSuites.slice(-1) })],
  ["extended_master_secret", (hello: ClientHello) => without(hello, ExtensionType.extended_master_secret)],
  ["supported_groups", (hello: ClientHello) => without(hello, ExtensionType.supported_groups)],
  ["server_name", (hello: ClientHello) => without(hello, ExtensionType.server_name)],
] as const) {
  test(`a ClientHello that loses ${what} on its way is found out`, () => {
    const { client, simulation } = makePair({
      client: { serverName: "example.com", suites: [0xc02b, 0xc0ac] },
      server: { requireExtendedMasterSecret: false, suites: [0xc02b, 0xc0ac] },
    });
    let rewritten = 0;
    const change = (body: Uint8Array) => {
      rewritten++;
      return encodeClientHello(rewrite(decodeClientHello(body)));
    };
    simulation.intercept = (from, datagram) =>
      from === "client" ? [rewriteMessages(datagram, HandshakeType.client_hello, change)] : [datagram];
    client.start(0);
    simulation.run();
    assert.ok(rewritten > 0);
    for (const { session, error } of Object.values(simulation.observers)) {
      assert.equal(session, undefined);
      assert.ok(error);
    }
  });
}

test("the same rewriting with nothing changed ends connected", () => {
  const { client, simulation } = makePair({ client: { serverName: "example.com" } });
  simulation.intercept = (from, datagram) =>
    from === "client"
      ? [rewriteMessages(datagram, HandshakeType.client_hello, (body) => encodeClientHello(decodeClientHello(body)))]
      : [datagram];
  client.start(0);
  simulation.run();
  assert.ok(simulation.observers.client.session);
});
