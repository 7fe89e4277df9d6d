// An operator changes its certification authority while a device is out: what it takes from the EST server during the
// overlap carries it over, without a bootstrap and against a trust store that never hears of the new authority.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { simAtSocket } from "../support/foreign/device-sim.ts";
import { type Leshan, type LeshanOptions, startLeshan } from "../support/foreign/leshan.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";
import { WatchedAgent } from "../support/watched-agent.ts";

describe("a change of the operator's authority, with Leshan's servers", () => {
  const cleanup = suiteCleanup();
  const maker = new TestAuthority(cleanup, "Maker of SIMs");
  const former = new TestAuthority(cleanup, "Former operator");
  const next = new TestAuthority(cleanup, "Next operator");
  const endpoint = "est-rollover";

  function fileOf(...authorities: readonly TestAuthority[]): string {
    const file = join(temporaryFolder(cleanup), "authorities.pem");
    writeFileSync(file, authorities.map(({ cert }) => readFileSync(cert, "utf8")).join(""));
    return file;
  }

  function start(options: LeshanOptions, before?: Leshan): Promise<Leshan> {
    const ports = before && { coaps: before.ports.coaps, bootstrapCoaps: before.ports.bootstrapCoaps };
    return startLeshan(cleanup, { ...options, ...ports, allowX509: endpoint });
  }

  /** Without a server certificate (/0/1/4), which would hold the device to the authority of that day. */
  async function provision(leshan: Leshan): Promise<void> {
    await leshan.bootstrap.allow({ endpoint, tls: { mode: "x509" } });
    await leshan.bootstrap.configure(endpoint, {
      servers: { 0: { shortId: 123, lifetime: 300, binding: "U", notifIfDisabled: true } },
      security: {
        1: {
          bootstrapServer: false,
          uri: `coaps://localhost:${leshan.ports.coaps}`,
          serverId: 123,
          securityMode: "EST",
          certificateUsage: "CA_CONSTRAINT",
        },
      },
    });
  }

  test("overlap: a certificate of the new authority; afterwards: only the new one, for servers too", async (t) => {
    const formerServer = former.server();
    const alone = await start({
      identity: formerServer,
      ca: former.cert,
      bootstrapCa: fileOf(maker, former),
      est: former,
    });
    await provision(alone);
    const card = await simAtSocket(t, maker.device(endpoint), "fast", ["05", "06"]);
    const folder = temporaryFolder(t);
    const config = {
      endpoint,
      credentials: { default: `${card}&key=01&cert=03` },
      bootstrap: { uri: `coaps://localhost:${alone.ports.bootstrapCoaps}` },
      trust: { anchors: [former.cert] },
      enrolment: { keys: [`${card}&key=05`, `${card}&key=06`] },
    };
    const agent = async () => {
      const started = await WatchedAgent.start(t, folder, config);
      await started.registered(123);
      return started;
    };
    const first = await agent();
    assert.equal(issuerOf(first), "CN=Former operator");
    await first.agent.stop();
    await alone.process.stop();

    const both = { ca: fileOf(former, next), bootstrapCa: fileOf(maker, former, next), est: next };
    const overlap = await start({ identity: formerServer, ...both }, alone);
    const second = await agent();
    await renewed(second, "new-key");
    assert.equal(issuerOf(second), "CN=Next operator");
    await second.agent.stop();
    await overlap.process.stop();

    await start({ identity: next.server(), ca: next.cert, bootstrapCa: next.cert, est: next }, alone);
    const third = await agent();
    await renewed(third, "same-key");
    assert.equal(issuerOf(third), "CN=Next operator");
    assert.deepEqual(
      [first, second, third].map(({ events }) => events.filter(({ type }) => type === "bootstrapped").length),
      [1, 0, 0],
    );
  });

  async function renewed(device: WatchedAgent, mode: "new-key" | "same-key"): Promise<void> {
    const from = device.events.length;
    await device.agent.control.renewCertificate(mode);
    await device.registered(123, from);
  }

  function issuerOf(device: WatchedAgent): string | undefined {
    return device.agent.status.enrolment?.active?.chain[0]?.issuer;
  }
});
