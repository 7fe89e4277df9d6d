import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, type TestContext, test } from "node:test";
import type { AgentEvent } from "../../src/agent/agent-event.ts";
import { createMachineAgent } from "../../src/agent/machine-agent.ts";
import { parseConfig } from "../../src/cli/config/load-config.ts";
import { silentLogger } from "../../src/util/log.ts";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { simAtSocket } from "../support/foreign/device-sim.ts";
import { EventLog } from "../support/foreign/event-log.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { OurAgent } from "../support/foreign/our-agent.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";
import { UdpNat } from "../support/foreign/udp-nat.ts";

/** So that a peer that is gone is noticed within about 2 s; MAX_TRANSMIT_WAIT is 93 s with the parameters of RFC 7252. */
/** A busy machine must not be taken for a dead peer. */
const patient = { ackTimeout: 2, maxRetransmit: 4 };
const impatient = { ackTimeout: 0.2, maxRetransmit: 2 };

describe("DTLS sessions of our agent at Leshan", () => {
  const cleanup = suiteCleanup();
  const authority = new TestAuthority(cleanup);
  const identity = { identity: authority.server(), ca: authority.cert };
  let leshan: Leshan;
  before(async () => {
    leshan = await startLeshan(cleanup, identity);
  });

  const account = (credential: string, port: number, lifetime = 300) => ({
    uri: `coaps://localhost:${port}`,
    lifetime,
    security: { credential, trust: { anchors: [authority.cert] } },
  });
  const allow = (endpoint: string) => leshan.management.allow({ endpoint, tls: { mode: "x509" } });

  /** An agent in this process behind a NAT, registered. */
  async function behindNat(t: TestContext, endpoint: string, network: object) {
    await allow(endpoint);
    const nat = await UdpNat.before(t, leshan.ports.coaps);
    const credential = await simAtSocket(t, authority.device(endpoint));
    const folder = temporaryFolder(t);
    const server = account(credential, nat.port);
    const config = { endpoint, server, network: { ...impatient, ...network }, control: { enabled: false } };
    const events = new EventLog<AgentEvent>();
    const agent = await createMachineAgent(
      parseConfig(JSON.stringify({ ...config, stateDirectory: join(folder, "state") }), join(folder, "agent.yaml")),
      { logger: silentLogger, onEvent: (event) => events.push(event) },
    );
    t.after(() => agent.stop());
    agent.start();
    const next = (type: AgentEvent["type"]) => events.waitFor((event) => event.type === type, type);
    await next("registered");
    const cardOperations = () => events.unread().filter(({ type }) => type === "card-operation").length;
    return { agent, nat, events, next, cardOperations };
  }

  test("100 messages each way, each pair through another port of the NAT: no handshake record, no card operation", async (t) => {
    const { agent, nat, next, cardOperations } = await behindNat(t, "roaming", patient);
    const handshake = (await next("handshake")) as Extract<AgentEvent, { type: "handshake" }>;
    assert.equal(handshake.connectionId, true);
    const atLeshan = await leshan.management.events("roaming");
    const counted = [nat.handshakeDatagrams, cardOperations()];
    for (let i = 0; i < 100; i++) {
      await nat.rebind();
      await agent.control.update(1);
      // Leshan gives up the requests under way when it has heard of a new address.
      await atLeshan.waitFor("UPDATED");
      assert.equal((await leshan.management.read("roaming", "/1/0/1")).status, "CONTENT(205)");
    }
    assert.deepEqual([nat.handshakeDatagrams, cardOperations()], counted);
  });

  test("without Connection IDs another port costs a handshake, and by resumption still no signature", async (t) => {
    const { agent, nat, events, next, cardOperations } = await behindNat(t, "settled", { connectionId: false });
    assert.equal(((await next("handshake")) as Extract<AgentEvent, { type: "handshake" }>).connectionId, false);
    const [handshakes, operations] = [nat.handshakeDatagrams, cardOperations()];
    await nat.rebind();
    await agent.control.update(1);
    const again = (await next("handshake")) as Extract<AgentEvent, { type: "handshake" }>;
    assert.equal(again.resumed, true);
    assert.ok(nat.handshakeDatagrams > handshakes);
    // The security context is the same: the registration goes on with an Update, or is made anew.
    await events.waitFor(({ type }) => type === "updated" || type === "registered", "contact");
    assert.equal((await leshan.management.read("settled", "/1/0/1")).status, "CONTENT(205)");
    assert.equal(cardOperations(), operations);
  });

  for (const end of ["stopped", "killed"] as const) {
    test(`an agent that was ${end} and started again resumes: no signature`, async (t) => {
      const endpoint = `restarted-${end}`;
      await allow(endpoint);
      const stateDirectory = join(temporaryFolder(t), "state");
      const credential = await simAtSocket(t, authority.device(endpoint));
      const options = { endpoint, server: account(credential, leshan.ports.coaps), stateDirectory };
      for (const resumed of [false, true]) {
        const agent = new OurAgent(t, options);
        assert.equal((await agent.waitFor("handshake")).resumed, resumed);
        // One that was killed is still registered: an Update is enough, if there was time to write that down.
        await agent.process.events.waitFor(({ event }) => event === "registered" || event === "updated", "contact");
        const { handshake } = (await agent.waitFor("figures")).card as Record<string, Record<string, number>>;
        assert.deepEqual([handshake?.signatures, handshake?.apdus], resumed ? [0, 0] : [1, 4]);
        if (end === "killed") agent.process.signal("SIGKILL");
        await agent.stop();
      }
    });
  }

  test("an agent that was killed goes on with Leshan's observation: no Register, no signature, attributes are there", async (t) => {
    const endpoint = "observed";
    await allow(endpoint);
    const stateDirectory = join(temporaryFolder(t), "state");
    const credential = await simAtSocket(t, authority.device(endpoint));
    const options = { endpoint, server: account(credential, leshan.ports.coaps), stateDirectory };
    const first = new OurAgent(t, options);
    await first.waitFor("registered");
    const { management } = leshan;
    assert.equal((await management.observe(endpoint, "/1/0/1", "SENML_CBOR")).status, "CONTENT(205)");
    assert.equal((await management.writeAttributes(endpoint, "/1/0", "pmin=1")).status, "CHANGED(204)");
    const before = await management.registration(endpoint);
    const atLeshan = await management.events(endpoint);
    first.process.signal("SIGKILL");
    await first.stop();
    const second = new OurAgent(t, options);
    assert.equal((await second.waitFor("handshake")).resumed, true);
    await second.waitFor("updated");
    const lifetime = (value: string) => ({ kind: "singleResource", id: 1, type: "INTEGER", value }) as const;
    // What changed while nobody looked is not known: the value of now is told.
    assert.deepEqual((await atLeshan.waitFor("NOTIFICATION")).val, lifetime("300"));
    assert.equal((await management.write(endpoint, "/1/0/1", lifetime("400"))).status, "CHANGED(204)");
    assert.deepEqual((await atLeshan.waitFor("NOTIFICATION")).val, lifetime("400"));
    assert.equal((await management.registration(endpoint)).registrationId, before.registrationId);
    const { handshake } = (await second.waitFor("figures")).card as Record<string, Record<string, number>>;
    assert.deepEqual([handshake?.signatures, handshake?.apdus], [0, 0]);
    assert.match(JSON.stringify(await management.discover(endpoint, "/1/0")), /pmin/);
  });

  test("a Leshan that was killed and forgot us has us again within the lifetime's margin and a time-out", async (t) => {
    const endpoint = "remembers";
    const first = await startLeshan(t, { ...identity, allowX509: endpoint });
    const { coaps } = first.ports;
    const credential = await simAtSocket(t, authority.device(endpoint));
    const agent = new OurAgent(t, { endpoint, server: account(credential, coaps, 20), network: impatient });
    await agent.waitFor("registered");
    first.process.signal("SIGKILL");
    await first.process.stop();
    const second = await startLeshan(t, { ...identity, coaps, allowX509: endpoint });
    await agent.waitFor("registered", () => true, 20 + 93);
    assert.equal((await second.management.registration(endpoint)).endpoint, endpoint);
    assert.equal((await second.management.read(endpoint, "/1/0/1")).status, "CONTENT(205)");
  });
});
