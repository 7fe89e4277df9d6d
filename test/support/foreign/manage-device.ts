import assert from "node:assert/strict";
import type { LeshanEvents } from "./event-stream.ts";
import type { LeshanFormat, LeshanNode } from "./leshan-json.ts";
import type { LeshanManagement } from "./leshan-rest.ts";

/**
 * Read, Write, Execute, Discover and Observe on Server and Device of a registered device, by Leshan. The device's
 * account has a default minimum period of 0, which this changes.
 */
export async function manage(leshan: LeshanManagement, events: LeshanEvents, endpoint: string): Promise<void> {
  await readInEveryFormat(leshan, endpoint);
  await discover(leshan, endpoint);
  await writeAndHear(leshan, events, endpoint);
  await executeUpdate(leshan, events, endpoint);
  await refusals(leshan, endpoint);
}

async function readInEveryFormat(leshan: LeshanManagement, endpoint: string): Promise<void> {
  const formats: readonly LeshanFormat[] = ["TLV", "SENML_JSON", "SENML_CBOR"];
  const device: LeshanNode[] = [];
  for (const format of formats) {
    const { status, content } = await leshan.read(endpoint, "/3/0", format);
    assert.equal(status, "CONTENT(205)", format);
    assert.ok(content?.kind === "instance", format);
    device.push({ ...content, resources: content.resources.filter(isSteady) });
    assert.equal((await leshan.read(endpoint, "/1", format)).content?.kind, "obj", format);
  }
  for (const other of device.slice(1)) assert.deepEqual(other, device[0], "formats tell the same");
  const text = await leshan.read(endpoint, "/3/0/16", "TEXT");
  assert.deepEqual(text.content, { kind: "singleResource", id: 16, type: "STRING", value: "U" });
  assert.equal((await leshan.read(endpoint, "/1/0/0")).content?.kind, "singleResource");
}

/** Clock and memory differ from one read to the next. */
function isSteady(resource: LeshanNode): boolean {
  return "id" in resource && ![10, 13].includes(resource.id ?? -1);
}

async function discover(leshan: LeshanManagement, endpoint: string): Promise<void> {
  const { status, objectLinks = [] } = await leshan.discover(endpoint, "/1");
  assert.equal(status, "CONTENT(205)");
  const urls = objectLinks.map(({ url }) => url);
  for (const url of ["/1", "/1/0", "/1/0/0", "/1/0/1"]) assert.ok(urls.includes(url), `${url} in ${urls}`);
}

async function writeAndHear(leshan: LeshanManagement, events: LeshanEvents, endpoint: string): Promise<void> {
  const period = (value: string) => ({ kind: "singleResource", id: 2, type: "INTEGER", value }) as const;
  assert.equal((await leshan.observe(endpoint, "/1/0/2", "SENML_CBOR")).status, "CONTENT(205)");
  for (const [format, value] of [
    ["TLV", "1"],
    ["TEXT", "0"],
    ["SENML_JSON", "1"],
    ["SENML_CBOR", "0"],
  ] as const) {
    assert.equal((await leshan.write(endpoint, "/1/0/2", period(value), { format })).status, "CHANGED(204)", format);
    const notification = await events.waitFor("NOTIFICATION");
    assert.equal(notification.kind === "single" && notification.res, "/1/0/2");
    assert.deepEqual(notification.val, period(value), format);
  }
  assert.equal((await leshan.cancel(endpoint, "/1/0/2", "active")).status, "CONTENT(205)");
  const update = { kind: "instance", id: 0, resources: [period("1")] } as const;
  const answer = await leshan.write(endpoint, "/1/0", update, { format: "TLV", update: true });
  assert.equal(answer.status, "CHANGED(204)");
  assert.deepEqual((await leshan.read(endpoint, "/1/0/2", "TLV")).content, period("1"));
}

async function executeUpdate(leshan: LeshanManagement, events: LeshanEvents, endpoint: string): Promise<void> {
  assert.equal((await leshan.execute(endpoint, "/1/0/8")).status, "CHANGED(204)");
  assert.equal((await events.waitFor("UPDATED")).registration.endpoint, endpoint);
}

async function refusals(leshan: LeshanManagement, endpoint: string): Promise<void> {
  assert.equal((await leshan.read(endpoint, "/0/0")).status, "UNAUTHORIZED(401)");
  assert.equal((await leshan.read(endpoint, "/3/0/4")).status, "METHOD_NOT_ALLOWED(405)");
  assert.equal((await leshan.read(endpoint, "/3/7")).status, "NOT_FOUND(404)");
}
