import assert from "node:assert/strict";
import type { Bench, Procedure } from "../bench.ts";
import { assertValues, type Values } from "../nodes.ts";
import { definition, plainObject } from "../objects.ts";

const timers = { 4: 3600, 5: 600, 8: Uint8Array.of(0x02), 9: Uint8Array.of(0x05), 11: ["11:0"] } as const;

/** Configuration C.10: Cellular Connectivity 1.0. */
const first = () => plainObject(definition(10, "1.0"), { 0: { ...timers, 6: 40 } });
/** Configuration C.11: Cellular Connectivity 1.1, with the power saving modes. */
const second = () => plainObject(definition(10, "1.1"), { 0: { ...timers, 12: 3, 13: 1 } });

/** ETS 1.1-int-1200 to 1204: Cellular Connectivity. */
export const cellular: Readonly<Record<string, Procedure>> = {
  "1.1-int-1200": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [first()] });
    const values = { "/10/0/4": "3600", "/10/0/5": "600", "/10/0/6": "40", "/10/0/8": "02", "/10/0/9": "05" };
    assertValues(await leshan.read("/10/0", "TLV"), values);
  },
  "1.1-int-1201": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [second()] });
    await assertDiscovered(bench, "</10>;ver=1.1", [4, 5, 8, 9, 11, 12, 13]);
    const values = { "/10/0/4": "3600", "/10/0/5": "600", "/10/0/11/0": "11:0", "/10/0/12": "3", "/10/0/13": "1" };
    assertValues(await leshan.read("/10/0", "TLV"), values);
  },
  "1.1-int-1202": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [second()] });
    await assertDiscovered(bench, "</10>;ver=1.1", [11, 12, 13]);
    assert.deepEqual(await leshan.read("/10/0/12"), { "/10/0/12": "3" });
    const mode = { kind: "singleResource", id: 13, type: "unsigned_integer", value: "2" } as const;
    await leshan.write("/10/0/13", mode, { format: "TLV" });
    assert.deepEqual(await leshan.read("/10/0/13"), { "/10/0/13": "2" });
  },
  "1.1-int-1203": (bench) => observes(bench, second(), { "/10/0/12": "3", "/10/0/13": "1" }),
  "1.1-int-1204": (bench) =>
    observes(bench, first(), { "/10/0/4": "3600", "/10/0/5": "600", "/10/0/8": "02", "/10/0/9": "05" }),
};

async function observes(bench: Bench, object: ReturnType<typeof first>, initial: Values): Promise<void> {
  const { leshan } = await bench.atLeshan({ objects: [object] });
  const version = object.definition.version === "1.0" ? "</10>" : "</10>;ver=1.1";
  await assertDiscovered(
    bench,
    version,
    Object.keys(initial).map((path) => Number(path.split("/")[3])),
  );
  for (const path of Object.keys(initial)) await leshan.attributes(path, "pmin=1&pmax=3");
  for (const [path, value] of Object.entries(initial)) {
    assert.deepEqual(await leshan.observe(path), { [path]: value });
  }
  for (const _ of [1, 2]) {
    for (const [path, value] of Object.entries(initial)) {
      assert.deepEqual(await leshan.notified(path, 6), { [path]: value });
    }
  }
}

async function assertDiscovered({ leshan, endpoint }: Bench, object: string, resources: readonly number[]) {
  const { objectLinks = [] } = await leshan.management.discover(endpoint, "/10");
  const [self] = objectLinks;
  const text = Object.entries(self?.attributes ?? {}).map(([name, value]) => `;${name}=${value}`);
  assert.equal(`<${self?.url}>${text.join("")}`, object);
  const urls = objectLinks.map(({ url }) => url);
  for (const id of resources) assert.ok(urls.includes(`/10/0/${id}`), `/10/0/${id} in ${urls}`);
}
