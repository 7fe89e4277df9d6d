import assert from "node:assert/strict";
import { test } from "node:test";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { AttributeStore } from "../../../src/lwm2m/data-model/attribute-store.ts";
import { BenchDevice } from "../bench-device.ts";

const discover = (device: BenchDevice, path: string) => device.text("GET", path, { accept: ContentFormat.linkFormat });

test("Discover of an instance shows its resources, attached attributes and sizes of multiple resources", async () => {
  const device = new BenchDevice();
  assert.equal(
    await discover(device, "/1/0"),
    "2.05 </1/0>,</1/0/0>,</1/0/1>,</1/0/2>,</1/0/3>,</1/0/4>,</1/0/5>,</1/0/6>,</1/0/7>,</1/0/8>,</1/0/11>,</1/0/21>,</1/0/22>,</1/0/23>",
  );
  await device.ask("PUT", "/3", { query: ["pmin=10", "pmax=60"] });
  await device.ask("PUT", "/3/0/9", { query: ["gt=50", "lt=10.5", "st=5"] });
  const links = await discover(device, "/3/0");
  assert.ok(links.startsWith("2.05 </3/0>;pmin=10;pmax=60,</3/0/0>,"), links);
  assert.ok(links.includes("</3/0/6>;dim=2,") && links.includes("</3/0/9>;gt=50;lt=10.5;st=5,"), links);
});

test("Discover of an object shows its version and each level's own attributes", async () => {
  const device = new BenchDevice();
  await device.ask("PUT", "/33000", { query: ["pmin=1"] });
  const links = await discover(device, "/33000");
  assert.ok(links.startsWith("2.05 </33000>;ver=1.1;pmin=1,</33000/0>,</33000/0/0>,"), links);
  device.context = { ...device.context, version: "1.0" };
  assert.ok((await discover(device, "/33000")).startsWith("2.05 </33000>;ver=1.1;pmin=1,"));
});

test("in a 1.0 registration Discover of an object shows no attributes below it", async () => {
  const device = new BenchDevice();
  await device.ask("PUT", "/3/0", { query: ["pmin=1"] });
  await device.ask("PUT", "/3/0/9", { query: ["pmax=9"] });
  const newer = await discover(device, "/3");
  assert.ok(newer.includes("</3/0>;pmin=1,") && newer.includes("</3/0/9>;pmax=9,"), newer);
  device.context = { ...device.context, version: "1.0" };
  const links = await discover(device, "/3");
  assert.ok(links.startsWith("2.05 </3>;ver=1.1,</3/0>,</3/0/0>,") && !/dim|pmin|pmax/.test(links), links);
});

test("from 1.2 on depth says how many levels below the target Discover goes", async () => {
  const device = new BenchDevice();
  const withDepth = (path: string, depth: string) =>
    device.text("GET", path, { accept: ContentFormat.linkFormat, query: [depth] });
  const count = async (path: string, depth: string) => (await withDepth(path, depth)).split(",").length;
  const usual = (await discover(device, "/3/0")).split(",").length;
  assert.equal(await count("/3/0", "depth=0"), usual, "1.1 does not know it");
  device.context = { ...device.context, version: "1.2" };
  assert.equal(await withDepth("/3", "depth=0"), "2.05 </3>;ver=1.1");
  assert.equal(await withDepth("/3", "depth=1"), "2.05 </3>;ver=1.1,</3/0>");
  assert.equal(await count("/3", "depth=2"), usual + 1);
  assert.equal(await withDepth("/3", "depth=2"), await discover(device, "/3"));
  // Two power sources with voltage for one of them, and two error codes.
  assert.equal(await count("/3", "depth=3"), usual + 1 + 5);
  assert.equal(await withDepth("/3/0", "depth=0"), "2.05 </3/0>");
  assert.equal(await withDepth("/3/0", "depth=1"), await discover(device, "/3/0"));
  assert.equal(await count("/3/0", "depth=2"), usual + 5);
  assert.equal(await withDepth("/3/0/6", "depth=0"), "2.05 </3/0/6>;dim=2");
  assert.equal(await withDepth("/3/0/6", "depth=1"), "2.05 </3/0/6>;dim=2,</3/0/6/0>,</3/0/6/1>");
  for (const bad of ["depth=4", "depth=-1", "depth=", "depth"]) {
    assert.equal((await withDepth("/3", bad)).slice(0, 4), "4.00", bad);
  }
});

test("Discover of a resource merges inherited attributes and lists its instances from 1.1 on", async () => {
  const device = new BenchDevice();
  await device.ask("PUT", "/3", { query: ["pmin=10", "pmax=60"] });
  await device.ask("PUT", "/3/0/6", { query: ["pmin=5"] });
  assert.equal(await discover(device, "/3/0/6"), "2.05 </3/0/6>;dim=2;pmin=5;pmax=60,</3/0/6/0>,</3/0/6/1>");
  device.context = { ...device.context, version: "1.0" };
  assert.equal(await discover(device, "/3/0/6"), "2.05 </3/0/6>;dim=2;pmin=5;pmax=60");
});

test("Discover answers what is not there with 4.04 and a resource instance with 4.05", async () => {
  const device = new BenchDevice();
  const code = async (path: string) => device.code("GET", path, { accept: ContentFormat.linkFormat });
  assert.equal(await code("/9"), "4.04");
  assert.equal(await code("/3/1"), "4.04");
  assert.equal(await code("/3/0/99"), "4.04");
  assert.equal(await code("/3/0/6/0"), "4.05");
});

test("Write-Attributes sets all of its query or nothing", async () => {
  const device = new BenchDevice();
  const write = (path: string, ...query: string[]) => device.code("PUT", path, { query });
  assert.equal(await write("/3/0/9", "pmin=1", "gt=5"), "2.04");
  const refused = [
    ["pmax=3", "foo=1"],
    ["pmax=3", "pmin=x"],
    ["pmax=3", "pmin=-1"],
    ["pmax=3", "pmin=1.5"],
    ["pmax=3", "pmax=4"],
    ["pmax=3", "gt=1e3"],
    ["pmax=3", "st=0"],
    ["pmax=3", "st=-1"],
    ["pmax=3", "lt=5"],
    ["pmax=3", "lt=1", "st=2"],
    ["pmax=3", "PMIN=2"],
    ["pmax=3", ""],
    [],
  ];
  for (const query of refused) assert.equal(await write("/3/0/9", ...query), "4.00", query.join("&"));
  assert.deepEqual(device.context.attributes.own([3, 0, 9]), { pmin: 1, gt: 5 });
  assert.equal(await write("/3/0/9", "pmin", "lt=-2"), "2.04");
  assert.deepEqual(device.context.attributes.own([3, 0, 9]), { gt: 5, lt: -2 });
});

test("gt, lt and st are for readable numbers, on a resource or one of its instances", async () => {
  const device = new BenchDevice();
  const write = (path: string, ...query: string[]) => device.code("PUT", path, { query });
  for (const path of ["/3", "/3/0", "/3/0/0", "/3/0/4", "/33000/0/4"])
    assert.equal(await write(path, "gt=1"), "4.00", path);
  assert.equal(await write("/33000/0/9", "gt=1"), "2.04");
  assert.equal(await write("/33000/0/9/2", "st=1"), "2.04");
  assert.equal(await write("/33000/0/9/1", "st=1"), "4.04");
  assert.equal(await write("/9", "pmin=1"), "4.04");
  assert.equal(await write("/3/1", "pmin=1"), "4.04");
  assert.equal(await write("/", "pmin=1"), "4.05");
});

test("the attributes of 1.1 and 1.2 have their values, levels and contradictions", async () => {
  const device = new BenchDevice();
  const write = (path: string, ...query: string[]) => device.code("PUT", path, { query });
  assert.equal(await write("/33000", "epmin=1", "epmax=60", "con=1", "hqmax=5"), "2.04");
  assert.equal(await write("/33000/0/4", "edge=1"), "2.04");
  assert.equal((await discover(device, "/33000/0/4")).slice(5), "</33000/0/4>;epmin=1;epmax=60;edge=1;con=1;hqmax=5");
  const refused: [string, string[]][] = [
    ["/33000", ["epmin=60"]],
    ["/33000", ["epmax=1"]],
    ["/33000", ["epmax=1.5"]],
    ["/33000", ["con=2"]],
    ["/33000", ["con=true"]],
    ["/33000", ["hqmax=-1"]],
    ["/33000/0/4", ["edge=2"]],
    ["/33000/0/4", ["gt=1"]],
    ["/33000/0/1", ["edge=1"]],
    ["/33000/0", ["edge=1"]],
  ];
  for (const [path, query] of refused) assert.equal(await write(path, ...query), "4.00", `${path} ${query}`);
  assert.ok(device.context.attributes.has("hqmax"));
  assert.equal(await write("/33000", "epmin", "epmax", "con", "hqmax"), "2.04");
  assert.deepEqual(device.context.attributes.all, [{ path: [33000, 0, 4], attributes: { edge: 1 } }]);
});

test("a nearer level's attribute wins, each looked up by itself, and what goes takes its attributes along", () => {
  const store = new AttributeStore();
  store.set([3], { pmin: 1, pmax: 9 });
  store.set([3, 0], { pmin: 2 });
  store.set([3, 0, 6, 1], { gt: 5 });
  assert.deepEqual(store.inherited([3, 0, 6, 1]), { pmin: 2, pmax: 9, gt: 5 });
  store.removeBelow([3, 0]);
  assert.deepEqual(store.inherited([3, 0, 6, 1]), { pmin: 1, pmax: 9 });
  store.set([3], {});
  assert.deepEqual(store.inherited([3]), {});
});
