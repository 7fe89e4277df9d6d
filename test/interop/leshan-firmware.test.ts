import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { before, describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../src/crypto/hash.ts";
import { toHex } from "../../src/util/bytes.ts";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { deadline } from "../support/foreign/deadline.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { OurAgent } from "../support/foreign/our-agent.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { coapPackageServer, httpPackageServer, type PackageServer } from "../support/package-servers.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const image = new SeededRandom(2026).randomBytes(5 * 1024 * 1024);
const BLOCK = 1024;

/** A device whose agent can be killed and started again; what it installs is a file. */
class Device {
  agent: OurAgent;
  readonly endpoint: string;
  readonly #t: TestContext;
  readonly #folder: string;
  readonly #uri: string;

  constructor(t: TestContext, endpoint: string, leshan: Leshan) {
    this.#t = t;
    this.endpoint = endpoint;
    // Hooks run in this order: the agent ends before its folder goes.
    t.after(() => this.agent.stop());
    this.#folder = temporaryFolder(t);
    this.#uri = `coap://127.0.0.1:${leshan.ports.coap}`;
    this.agent = this.#start();
  }

  get received(): number {
    return statSync(this.#packagePath, { throwIfNoEntry: false })?.size ?? 0;
  }

  get installedDigest(): string {
    return toHex(sha256(new Uint8Array(readFileSync(join(this.#folder, "installed")))));
  }

  /** Waits for so many bytes in the spool and kills the agent; gives what was there then. */
  async killAt(bytes: number): Promise<number> {
    const arrived = (async () => {
      while (this.received < bytes) await new Promise((resolve) => setImmediate(resolve));
    })();
    await deadline(arrived, 60, () => `${this.received} of ${bytes} bytes have come`);
    this.agent.process.signal("SIGKILL");
    await this.agent.process.exit();
    return this.received;
  }

  restart(): Promise<unknown> {
    this.agent = this.#start();
    return this.agent.waitFor("registered");
  }

  /** `state` as the agent tells it: "downloaded initial". */
  reaches(state: string): Promise<unknown> {
    return this.agent.waitFor("firmware", (line) => `${line.state} ${line.result}` === state, 60);
  }

  get #packagePath(): string {
    return join(this.#folder, "state", "packages", "firmware.package");
  }

  #start(): OurAgent {
    return new OurAgent(this.#t, {
      endpoint: this.endpoint,
      server: { uri: this.#uri },
      stateDirectory: join(this.#folder, "state"),
      firmware: { install: `cp "$LWM2M_PACKAGE" ${join(this.#folder, "installed")}` },
    });
  }
}

describe("our agent updated by Leshan", () => {
  const cleanup = suiteCleanup();
  let leshan: Leshan;
  before(async () => {
    leshan = await startLeshan(cleanup);
  });

  const device = async (t: TestContext, endpoint: string): Promise<Device> => {
    const started = new Device(t, endpoint, leshan);
    await started.agent.waitFor("registered");
    return started;
  };

  const push = (endpoint: string) =>
    leshan.management.write(
      endpoint,
      "/5/0/0",
      { kind: "singleResource", id: 0, type: "opaque", value: toHex(image) },
      { format: "OPAQUE", timeoutSeconds: 120 },
    );

  const read = async (endpoint: string, path: string): Promise<unknown> => {
    const { content } = await leshan.management.read(endpoint, path);
    return content?.kind === "singleResource" ? content.value : content;
  };

  const installs = async (updated: Device): Promise<void> => {
    assert.equal((await leshan.management.execute(updated.endpoint, "/5/0/2")).status, "CHANGED(204)");
    await updated.reaches("idle updated");
    assert.equal(await read(updated.endpoint, "/5/0/5"), "1");
    assert.equal(updated.installedDigest, toHex(sha256(image)));
  };

  test("5 MB pushed; killed meanwhile the device is Idle with Result 4, and the second push is installed", async (t) => {
    const pushed = await device(t, "pushed");
    const lost = push(pushed.endpoint).catch(() => undefined);
    await pushed.killAt(2_000_000);
    await pushed.restart();
    assert.equal(await read(pushed.endpoint, "/5/0/3"), "0");
    assert.equal(await read(pushed.endpoint, "/5/0/5"), "4");
    assert.equal(pushed.received, 0);
    await lost;
    assert.equal((await push(pushed.endpoint)).status, "CHANGED(204)");
    assert.equal(await read(pushed.endpoint, "/5/0/3"), "2");
    await installs(pushed);
  });

  const servers: readonly (readonly [string, () => Promise<PackageServer>])[] = [
    ["CoAP", () => coapPackageServer(cleanup, image)],
    ["HTTP", () => httpPackageServer(cleanup, image)],
  ];
  for (const [protocol, serve] of servers) {
    test(`5 MB fetched by ${protocol}, killed at three points: no finished block comes twice`, async (t) => {
      const fetched = await device(t, `fetched-${protocol}`);
      const server = await serve();
      const uri = { kind: "singleResource", id: 1, type: "string", value: server.uri } as const;
      const answer = await leshan.management.write(fetched.endpoint, "/5/0/1", uri, { format: "TEXT" });
      assert.equal(answer.status, "CHANGED(204)");
      const random = new SeededRandom(protocol.length);
      for (let kill = 1; kill <= 3; kill++) {
        const kept = await fetched.killAt(kill * 1_000_000 + random.below(700_000));
        assert.ok(kept < image.length, "killed before the end");
        const before = server.given.length;
        await fetched.restart();
        await deadline(
          until(() => server.given.length > before),
          30,
          () => "the download does not go on",
        );
        const refetched = server.given.slice(before).filter(({ from }) => from < Math.floor(kept / BLOCK) * BLOCK);
        assert.deepEqual(refetched, [], `of ${kept} bytes that were there`);
      }
      await fetched.reaches("downloaded initial");
      if (protocol === "CoAP") {
        const bytes = server.given.reduce((sum, part) => sum + part.bytes, 0);
        t.diagnostic(`${bytes} bytes were given of ${image.length}`);
        assert.ok(bytes <= image.length + 3 * BLOCK, `${bytes} bytes were given`);
      }
      await installs(fetched);
    });
  }
});

describe("our agent's software managed by Leshan", () => {
  const cleanup = suiteCleanup();

  test("a component is created, pushed, installed, activated, and deleted", async (t) => {
    const models = fileURLToPath(new URL("../../objects", import.meta.url));
    const { management, ports } = await startLeshan(cleanup, { models });
    t.after(() => agent.stop());
    const folder = temporaryFolder(t);
    const agent = new OurAgent(t, {
      endpoint: "managed",
      server: { uri: `coap://127.0.0.1:${ports.coap}` },
      stateDirectory: join(folder, "state"),
      software: {
        install: `cp "$LWM2M_PACKAGE" ${join(folder, "installed")}`,
        uninstall: `rm ${join(folder, "installed")}`,
        activate: `test -f ${join(folder, "installed")}`,
      },
    });
    await agent.waitFor("registered");
    const component = { kind: "instance", id: 7, resources: [] } as const;
    assert.equal((await management.create("managed", "/9", component, "TLV")).status, "CREATED(201)");
    const software = image.subarray(0, 300_000);
    const node = { kind: "singleResource", id: 2, type: "opaque", value: toHex(software) } as const;
    const options = { format: "TLV", timeoutSeconds: 60 } as const;
    assert.equal((await management.write("managed", "/9/7/2", node, options)).status, "CHANGED(204)");
    const value = async (path: string) => {
      const { content } = await management.read("managed", path);
      return content?.kind === "singleResource" ? content.value : content;
    };
    assert.equal(await value("/9/7/7"), "3");
    assert.equal((await management.execute("managed", "/9/7/4")).status, "CHANGED(204)");
    const installed = (async () => {
      while ((await value("/9/7/7")) !== "4") await new Promise((resolve) => setImmediate(resolve));
    })();
    await deadline(installed, 30, () => "not installed");
    assert.deepEqual(new Uint8Array(readFileSync(join(folder, "installed"))), software);
    assert.equal((await management.execute("managed", "/9/7/10")).status, "CHANGED(204)");
    assert.equal(await value("/9/7/12"), "1");
    assert.equal((await management.delete("managed", "/9/7")).status, "DELETED(202)");
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
