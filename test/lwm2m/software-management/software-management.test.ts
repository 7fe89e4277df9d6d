import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeTlv } from "../../../src/formats/tlv.ts";
import { opaqueValue, stringValue } from "../../../src/formats/values.ts";
import { SoftwareManagementObject } from "../../../src/lwm2m/objects/software-management-object.ts";
import type { DownloadRequest, DownloadSource } from "../../../src/lwm2m/package-delivery/download-source.ts";
import type { Image } from "../../../src/lwm2m/package-delivery/installation.ts";
import {
  defaultDeliveryPolicy,
  type PackageDescription,
} from "../../../src/lwm2m/package-delivery/package-delivery.ts";
import { SoftwareComponents } from "../../../src/lwm2m/software-management/software-components.ts";
import { silentLogger } from "../../../src/util/log.ts";
import type { RecordStore } from "../../../src/util/record-store.ts";
import { pattern } from "../../support/coap-messages.ts";
import { MemorySpool } from "../../support/memory-spool.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { settle } from "../../support/virtual-time.ts";
import { BenchDevice } from "../bench-device.ts";
import { registry } from "../objects-folder.ts";

const TLV = 11542;
const image = pattern(3000);

/** A device with Object 9; its disk outlives its lives. */
class SoftwareBench {
  readonly disk = new Map<string, Uint8Array>();
  readonly spool = new MemorySpool();
  readonly ran: string[] = [];
  readonly fetched: DownloadRequest[] = [];
  works: boolean | Promise<boolean> = true;
  description: PackageDescription = { name: "editor", version: "1.0" };
  device = new BenchDevice();
  components: SoftwareComponents | undefined;

  static async started(): Promise<SoftwareBench> {
    const bench = new SoftwareBench();
    await bench.start();
    return bench;
  }

  async start(): Promise<void> {
    this.device = new BenchDevice();
    const run =
      (step: string) =>
      async ({ name, instance }: Image) => {
        this.ran.push(`${step} ${name} ${instance}`);
        return this.works;
      };
    this.components = await SoftwareComponents.open(
      {
        spool: this.spool,
        sources: new Map([["http", this.#source]]),
        verify: async () => this.description,
        timers: this.device.time,
        entropy: new SeededRandom(1),
        logger: silentLogger,
        store: this.#store,
        commands: {
          install: run("install"),
          uninstall: run("uninstall"),
          activate: run("activate"),
          deactivate: run("deactivate"),
        },
      },
      defaultDeliveryPolicy,
    );
    this.device.model.add(new SoftwareManagementObject(registry.get(9), this.components));
    await settle();
  }

  /** Update State, Update Result and Activation State of an instance. */
  async state(instance = 0): Promise<string> {
    const texts = await Promise.all([7, 9, 12].map((id) => this.device.text("GET", `/9/${instance}/${id}`)));
    return texts.map((text) => text.slice(5)).join(" ");
  }

  execute(resource: number, args?: string): Promise<string> {
    return this.device.code("POST", `/9/0/${resource}`, args === undefined ? {} : { payload: args });
  }

  write(resource: number, payload: Uint8Array | string): Promise<string> {
    const contentFormat = typeof payload === "string" ? 0 : 42;
    return this.device.code("PUT", `/9/0/${resource}`, { contentFormat, payload });
  }

  readonly #source: DownloadSource = {
    check: () => {},
    download: async (request, sink) => {
      this.fetched.push(request);
      await sink.begin({ offset: 0, unit: 1, validator: "v1", totalBytes: image.length });
      await sink.append(image);
    },
  };

  readonly #store: RecordStore = {
    read: async (key) => this.disk.get(key),
    write: async (key, content) => void this.disk.set(key, content),
    remove: async (key) => void this.disk.delete(key),
    setAside: async (key) => void this.disk.delete(key),
  };
}

async function withInstance(): Promise<SoftwareBench> {
  const bench = await SoftwareBench.started();
  assert.equal(await bench.device.code("POST", "/9"), "2.01");
  assert.equal(await bench.state(), "0 0 0");
  return bench;
}

async function installed(): Promise<SoftwareBench> {
  const bench = await withInstance();
  assert.equal(await bench.write(2, image), "2.04");
  assert.equal(await bench.state(), "3 3 0");
  assert.equal(await bench.execute(4), "2.04");
  await settle();
  assert.equal(await bench.state(), "4 2 0");
  return bench;
}

test("A component is pushed, installed, activated, deactivated and uninstalled", async () => {
  const bench = await installed();
  assert.equal(await bench.device.text("GET", "/9/0/0"), "2.05 editor");
  assert.equal(await bench.device.text("GET", "/9/0/1"), "2.05 1.0");
  assert.equal(bench.spool.packages.size, 0);
  assert.equal(await bench.execute(10), "2.04");
  assert.equal(await bench.state(), "4 2 1");
  assert.equal(await bench.execute(11), "2.04");
  assert.equal(await bench.state(), "4 2 0");
  assert.equal(await bench.execute(6), "2.04");
  await settle();
  assert.equal(await bench.state(), "0 0 0");
  assert.deepEqual(bench.ran, ["install editor 0", "activate editor 0", "deactivate editor 0", "uninstall editor 0"]);
});

test("A component is fetched with the login that comes with its address, in whatever order they are written", async () => {
  const bench = await SoftwareBench.started();
  const payload = encodeTlv(
    [9, 5],
    [
      { path: [9, 5, 3], value: stringValue("http://files.example/editor") },
      { path: [9, 5, 14], value: stringValue("device") },
      { path: [9, 5, 15], value: stringValue("secret") },
    ],
  );
  assert.equal(await bench.device.code("POST", "/9", { contentFormat: TLV, payload }), "2.01");
  await settle();
  const [{ login } = {}] = bench.fetched;
  assert.deepEqual(login, { userName: "device", password: "secret" });
  assert.equal(await bench.state(), "3 3 0");
  assert.equal(await bench.device.code("GET", "/9/0/15"), "4.05");
});

test("What a state does not allow is 4.05, and 4.00 for a package that is not expected", async () => {
  const bench = await withInstance();
  for (const resource of [4, 6, 10, 11]) assert.equal(await bench.execute(resource), "4.05");
  await bench.write(2, image);
  assert.equal(await bench.write(2, image), "4.00");
  assert.equal(await bench.write(3, "http://files.example/editor"), "4.00");
  assert.equal(await bench.execute(10), "4.05");
  assert.equal(await bench.execute(6), "2.04");
  assert.equal(await bench.state(), "0 0 0");
});

test("An uninstallation for update leaves the software where it is", async () => {
  const bench = await installed();
  assert.equal(await bench.execute(6, "2"), "4.00");
  assert.equal(await bench.execute(6, "1"), "2.04");
  assert.equal(await bench.state(), "0 0 0");
  assert.deepEqual(bench.ran, ["install editor 0"]);
  assert.equal(await bench.write(2, image), "2.04");
});

test("Commands that fail: Result 58 and 59, 5.00 for Activate", async () => {
  const bench = await withInstance();
  await bench.write(2, image);
  bench.works = false;
  await bench.execute(4);
  await settle();
  assert.equal(await bench.state(), "3 58 0");
  bench.works = true;
  await bench.execute(4);
  await settle();
  bench.works = false;
  assert.equal(await bench.execute(10), "5.00");
  assert.equal(await bench.state(), "4 2 0");
  await bench.execute(6);
  await settle();
  assert.equal(await bench.state(), "4 59 0");
  bench.works = Promise.reject(new Error("no such command"));
  await bench.execute(6);
  await settle();
  assert.equal(await bench.state(), "4 59 0");
});

test("One command at a time", async () => {
  const bench = await withInstance();
  await bench.write(2, image);
  let end = (_worked: boolean): void => {};
  bench.works = new Promise((resolve) => {
    end = resolve;
  });
  assert.equal(await bench.execute(4), "2.04");
  assert.equal(await bench.execute(4), "4.05");
  assert.equal(await bench.execute(6), "4.05");
  assert.equal(await bench.device.code("DELETE", "/9/0"), "4.05");
  end(true);
  await settle();
  assert.equal(await bench.state(), "4 2 0");
});

test("A restart keeps the components; a command that it cut off has failed", async () => {
  const bench = await installed();
  await bench.execute(10);
  await bench.start();
  assert.equal(await bench.state(), "4 2 1");
  bench.works = new Promise(() => {});
  await bench.execute(6);
  await bench.start();
  assert.equal(await bench.state(), "4 59 1");
  const other = await withInstance();
  await other.write(2, image);
  other.works = new Promise(() => {});
  await other.execute(4);
  await other.start();
  assert.equal(await other.state(), "3 58 0");
});

test("What is wrong with address or package is told by Update Result", async () => {
  const bench = await withInstance();
  assert.equal(await bench.write(3, "ftp://files.example/editor"), "2.04");
  assert.equal(await bench.state(), "0 56 0");
  bench.spool.capacity = 100;
  assert.equal(await bench.write(2, image), "4.13");
  assert.equal(await bench.state(), "0 50 0");
});

test("Several components live side by side, up to a bound, and go without a trace", async () => {
  const bench = await SoftwareBench.started();
  for (let id = 0; id < 16; id++) assert.equal(await bench.device.code("POST", "/9"), "2.01");
  assert.equal(await bench.device.code("POST", "/9"), "4.00");
  const payload = encodeTlv([9, 3, 2], [{ path: [9, 3, 2], value: opaqueValue(image) }]);
  assert.equal(await bench.device.code("PUT", "/9/3/2", { contentFormat: TLV, payload }), "2.04");
  assert.equal(await bench.state(3), "3 3 0");
  assert.equal(await bench.state(4), "0 0 0");
  assert.equal(await bench.device.code("DELETE", "/9/3"), "2.02");
  assert.equal(bench.spool.packages.size, 0);
  assert.ok(!bench.disk.has("software-3"));
  await bench.start();
  assert.equal(await bench.device.code("GET", "/9/3/7"), "4.04");
  assert.equal(await bench.state(15), "0 0 0");
});
