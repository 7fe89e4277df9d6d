// The evidence behind docs/decisions/dtls.md: three attacks by someone without any key, against @nodertc/dtls 0.6.0 and
// against ours. Theirs is shown to fail, so the attacks are known to be real; ours refuses.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { DtlsClient } from "../../src/dtls/client.ts";
import { DtlsServer } from "../../src/dtls/server.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { type Attack, attackDatagrams } from "../support/dtls-attacks.ts";
import { pskAnswers } from "../support/dtls-identity.ts";
import { DtlsSimulation } from "../support/dtls-simulation.ts";

const victim = fileURLToPath(new URL("../support/nodertc-victim.ts", import.meta.url));

function attackTheirs(attack: Attack) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", victim, attack], {
    encoding: "utf8",
  });
  return { status, stderr, received: stdout === "" ? [] : (JSON.parse(stdout).received as string[]) };
}

function attackOurs(attack: Attack) {
  const ports = { entropy: nodeEntropy, ephemeralKeys: nodeEphemeralKeys };
  const client = new DtlsClient({ pskIdentity: encodeUtf8("ours"), suites: [0x00a8] }, ports);
  const server = new DtlsServer({ certificates: false, psk: true, suites: [0x00a8] }, ports);
  const answer = pskAnswers(encodeUtf8("0123456789abcdef"));
  const simulation = new DtlsSimulation({ connection: client, answer }, { connection: server, answer });
  client.start(0);
  simulation.run();
  server.send(encodeUtf8("genuine"));
  simulation.run();
  const genuine = simulation.sent.at(-1)?.datagram ?? new Uint8Array();
  for (const datagram of attackDatagrams(attack, genuine)) simulation.inject("client", datagram);
  server.send(encodeUtf8("last"));
  simulation.run();
  const { data, closed } = simulation.observers.client;
  return { received: data.map((bytes) => new TextDecoder().decode(bytes)), closed };
}

describe("@nodertc/dtls", () => {
  it("talks with our server when nobody attacks", () => {
    assert.deepEqual(attackTheirs("none").received, ["genuine", "last"]);
  });
  it("gives a forged plaintext record to the application", () => {
    assert.ok(attackTheirs("forged plaintext record").received.some((text) => text.startsWith("forged")));
  });
  it("gives a replayed record to the application again", () => {
    assert.deepEqual(attackTheirs("replay").received, ["genuine", "genuine", "last"]);
  });
  it("dies of one malformed datagram", () => {
    const { status, stderr } = attackTheirs("one malformed datagram");
    assert.notEqual(status, 0);
    assert.match(stderr, /NotEnoughData/);
  });
});

describe("our client under the same attacks", () => {
  for (const attack of ["none", "forged plaintext record", "replay", "one malformed datagram"] as const) {
    it(`delivers what is genuine, once, and goes on: ${attack}`, () => {
      const { received, closed } = attackOurs(attack);
      assert.deepEqual(received, ["genuine", "last"]);
      assert.equal(closed, undefined);
    });
  }
});
