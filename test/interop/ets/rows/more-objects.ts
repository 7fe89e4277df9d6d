import assert from "node:assert/strict";
import { Method } from "../../../../src/coap/message.ts";
import { decodeUtf8 } from "../../../../src/util/bytes.ts";
import type { Procedure } from "../bench.ts";
import { EventLogObject } from "../event-log-object.ts";
import { assertValues, instance, multiple, single } from "../nodes.ts";
import { definition, fourIdentities, plainObject, portfolio, resourceValue } from "../objects.ts";
import { isRequest } from "../wire.ts";

/** ETS 1.1-int-1250 to 2001: objects beyond the core. */
export const moreObjects: Readonly<Record<string, Procedure>> = {
  "CONMGMT-1.1-int-1250": async (bench) => {
    const profiles = plainObject(definition(11, "1.0"), { 0: { 0: "default", 3: true, 4: 3 } });
    const cellular = plainObject(definition(10, "1.0"), { 0: { 11: ["11:0"] } });
    profiles.onChange(({ instance: id, resource }) => {
      if (id === 1 && resource === 3) cellular.setValue(0, 11, resourceValue("objlnk", ["11:0", "11:1"]));
    });
    const { wire, leshan } = await bench.atLeshan({ objects: [cellular, profiles] });
    await leshan.create("/11", instance(1, single(0, "string", "second"), single(4, "integer", 3)), "TLV");
    await leshan.execute("/1/0/8");
    const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update");
    assert.match(decodeUtf8(message.payload, "links"), /<\/11\/1>/);
    await leshan.updated();
    const { objectLinks } = await leshan.rest.registration(bench.endpoint);
    assert.ok(objectLinks.some(({ url }) => url === "/11/1"));
    await leshan.write("/11/1/3", single(3, "boolean", true));
    assert.deepEqual(await leshan.read("/10/0/11", "TLV"), { "/10/0/11/0": "11:0", "/10/0/11/1": "11:1" });
  },
  "1.1-int-1630": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [portfolio({ 0: fourIdentities })] });
    assert.ok((await leshan.discover("/16/0")).includes("</16/0/0>;dim=4"));
    const second = { 0: "Host Device ID #2", 1: "Host Device Model #2" };
    await leshan.create("/16", instance(1, multiple(0, "string", second)), "TLV");
    assert.ok((await leshan.discover("/16/1")).includes("</16/1/0>;dim=2"));
    const first = Object.fromEntries(fourIdentities.map((text, id) => [`/16/0/0/${id}`, text]));
    const all = { ...first, "/16/1/0/0": second[0], "/16/1/0/1": second[1] };
    assert.deepEqual(await leshan.read("/16", "TLV"), all);
  },
  "1.1-int-1635": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [portfolio({ 0: fourIdentities, 1: ["a", "b"] })] });
    const before = await leshan.discover("/16/0");
    assert.ok(before.includes("</16/0>") && before.includes("</16/0/0>;dim=4"), String(before));
    await leshan.delete("/16/0");
    await leshan.delete("/16/1");
    assert.deepEqual(await leshan.discover("/16"), ["</16>"]);
  },
  "1.1-int-1900": async (bench) => {
    const container = plainObject(definition(19), { 0: { 0: [Uint8Array.of(1, 2, 3)] }, 1: {} });
    const { leshan } = await bench.atLeshan({ objects: [container] });
    const links = await leshan.discover("/19");
    for (const link of ["</19>", "</19/0>"]) assert.ok(links.includes(link), `${link} in ${links}`);
    assert.ok(links.some((link) => link.startsWith("</19/0/0>")));
    await leshan.attributes("/19/0/0", "pmin=1&pmax=3");
    assertValues(await leshan.observe("/19/0/0"), { "/19/0/0/0": "010203" });
    container.setValue(0, 0, resourceValue("opaque", [Uint8Array.of(4, 5)]));
    assertValues(await leshan.notified("/19/0/0", 6), { "/19/0/0/0": "0405" });
    assertValues(await leshan.notified("/19/0/0", 6), { "/19/0/0/0": "0405" });
  },
  "1.1-int-1901": async (bench) => {
    const container = plainObject(definition(19), { 0: { 0: [Uint8Array.of(1)] }, 1: {} });
    const { leshan } = await bench.atLeshan({ objects: [container] });
    await leshan.write("/19/1/0", multiple(0, "opaque", { 0: "cafe0102" }));
    assert.deepEqual(await leshan.read("/19/1/0"), { "/19/1/0/0": "cafe0102" });
  },
  "1.1-int-2000": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [new EventLogObject(definition(20))] });
    await leshan.execute("/20/0/4011");
    assert.deepEqual(await leshan.read("/20/0/4013"), { "/20/0/4013": "1" });
  },
  "1.1-int-2001": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [new EventLogObject(definition(20))] });
    const values = await leshan.read("/20/0", "TLV");
    assertValues(values, { "/20/0/4010": "0", "/20/0/4013": "0", "/20/0/4014": "0102" });
  },
};
