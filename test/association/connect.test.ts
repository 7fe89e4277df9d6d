import assert from "node:assert/strict";
import { test } from "node:test";
import { parseServerUri } from "../../src/association/server-uri.ts";
import { firstAnswerMs, shakeHands } from "../../src/association/shake-hands.ts";
import { tryAddresses } from "../../src/association/try-addresses.ts";
import type { Credential } from "../../src/credentials/ports/credential.ts";
import { DtlsError } from "../../src/dtls/dtls-error.ts";
import { describeError } from "../../src/util/coded-error.ts";
import { silentLogger } from "../../src/util/log.ts";
import { FakeNetwork } from "../support/fake-network.ts";
import { ScriptedDtls } from "../support/scripted-dtls.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";

const credential: Credential = {
  kind: "psk",
  preSharedKey: { identity: Uint8Array.of(1), deriveMasterSecret: async () => new Uint8Array(48) },
};
const verifier = { verify: async () => ({ accepted: false, code: "untrusted", message: "not used" }) as const };

function setUp(...addresses: string[]) {
  const time = new VirtualTime();
  const network = new FakeNetwork();
  network.hosts.set("server", addresses);
  const clients: ScriptedDtls[] = [];
  const cancel = new AbortController();
  const ports = { network, clock: time, timers: time, logger: silentLogger };
  const outcome = tryAddresses(parseServerUri("coaps://server"), ports, cancel.signal, (attempt) => {
    const client = new ScriptedDtls();
    clients.push(client);
    return shakeHands(client, { credential, verifier }, attempt, ports);
  });
  outcome.catch(() => {});
  /** Lets the newest client do something as if a datagram had come. */
  const tell = async (script: (client: ScriptedDtls) => void): Promise<void> => {
    const client = clients.at(-1);
    client?.whenDatagram(() => script(client));
    network.paths.at(-1)?.receive(Uint8Array.of(120));
    await settle();
  };
  return { time, network, clients, cancel, outcome, tell };
}

test("the second address is tried when the first stays silent, and its session is used", async () => {
  const { time, network, outcome, tell } = setUp("2001:db8::1", "192.0.2.1");
  await time.advance(firstAnswerMs);
  assert.deepEqual([network.paths[0]?.closed, network.paths[1]?.peer.host], [true, "192.0.2.1"]);
  await tell((client) => client.connect());
  assert.equal((await outcome).session.cipherSuite, 0xc0ae);
  assert.equal(time.armed, 0);
});

test("a first address that answered gets all the time its handshake takes", async () => {
  const { time, network, tell } = setUp("2001:db8::1", "192.0.2.1");
  await settle();
  await tell(() => {});
  await time.advance(10 * firstAnswerMs);
  assert.equal(network.paths.length, 1);
});

test("an ICMP error moves on to the next address, and on the last one it is a hint and no more", async () => {
  const { time, network, outcome, tell } = setUp("2001:db8::1", "192.0.2.1");
  await settle();
  network.paths[0]?.hint("ECONNREFUSED");
  await settle();
  assert.equal(network.paths[1]?.peer.host, "192.0.2.1");
  network.paths[1]?.hint("ECONNREFUSED");
  await time.advance(firstAnswerMs * 2);
  assert.equal(network.paths[1]?.closed, false);
  await tell((client) => client.connect());
  await outcome;
});

test("an address without a way is passed over", async () => {
  const { network, outcome, tell } = setUp("2001:db8::1", "192.0.2.1");
  network.unreachable.add("2001:db8::1");
  await settle();
  await tell((client) => client.connect());
  await outcome;
  assert.equal(network.paths.length, 1);
});

test("when all fail the error names server, addresses and reasons", async () => {
  const { time, outcome, tell } = setUp("2001:db8::1", "192.0.2.1");
  await time.advance(firstAnswerMs);
  await tell((client) => client.end(new DtlsError("HANDSHAKE_TIMEOUT", "no answer after 12 transmissions")));
  await assert.rejects(outcome, {
    code: "SERVER_UNREACHABLE",
    message:
      "cannot connect to coaps://server: [2001:db8::1]:5684: no answer within 7 s, and there are other ways to try; " +
      "192.0.2.1:5684: no answer after 12 transmissions",
  });
});

test("a refused certificate and a failed card are told apart from a silent server", async () => {
  for (const [inner, outer] of [
    ["CERTIFICATE_REFUSED", "SERVER_NOT_TRUSTED"],
    ["NEED_FAILED", "CREDENTIAL_FAILED"],
  ] as const) {
    const { time, outcome, tell } = setUp("2001:db8::1", "192.0.2.1");
    await settle();
    await tell((client) => client.end(new DtlsError(inner, "in words")));
    await tell((client) => client.end(new DtlsError("HANDSHAKE_TIMEOUT", "no answer")));
    await assert.rejects(outcome, { code: outer, message: /5684: in words/ });
    const told = describeError(await outcome.catch((error: unknown) => error));
    assert.equal(told.match(/in words/g)?.length, 1);
    assert.equal(time.armed, 0);
  }
});

test("a name that does not resolve is the resolver's error", async () => {
  const { network, outcome } = setUp();
  network.hosts.delete("server");
  await assert.rejects(outcome, { code: "SERVER_UNREACHABLE", message: /no address/ });
  const ports = { network, logger: silentLogger };
  const never = async (): Promise<never> => assert.fail("nothing to try");
  const lost = tryAddresses(parseServerUri("coap://nowhere"), ports, new AbortController().signal, never);
  await assert.rejects(lost, { code: "NAME_NOT_RESOLVED" });
});

test("giving up closes the path and tries no other address", async () => {
  const { network, outcome, cancel, time } = setUp("2001:db8::1", "192.0.2.1");
  await settle();
  cancel.abort();
  await assert.rejects(outcome, { code: "CANCELLED" });
  assert.deepEqual([network.paths.length, network.paths[0]?.closed, time.armed], [1, true, 0]);
});
