import assert from "node:assert/strict";
import { Code, Method } from "../../../../src/coap/message.ts";
import { OptionNumber } from "../../../../src/coap/options.ts";
import type { Bench, Procedure } from "../bench.ts";
import type { LeshanSide } from "../leshan-side.ts";
import { compositeValues, single, type Values } from "../nodes.ts";
import { isRequest, numberIn, statusOf } from "../wire.ts";

/** ETS 1.1-int-306, 307 and 311: Send. */
export const send: Readonly<Record<string, Procedure>> = {
  "1.1-int-306": (bench) => sends(bench, { "/3/0/16": "U" }),
  "1.1-int-311": (bench) => sends(bench, { "/1/0/1": "86400", "/3/0/11/0": "0" }),
  "1.1-int-307": async (bench) => {
    const { device, wire, leshan } = await bench.atLeshan({ server: { muteSend: false } });
    await device.control.send(["/1/0/1"]);
    assert.deepEqual(await sent(leshan), { "/1/0/1": "86400" });
    await leshan.write("/1/0/23", single(23, "boolean", true));
    await assert.rejects(device.control.send(["/1/0/1"]));
    await leshan.write("/1/0/23", single(23, "boolean", false));
    await wire.passed.waitFor(isRequest(Method.POST, "/dp"), "the first Send");
    assert.equal(wire.passed.unread().filter(isRequest(Method.POST, "/dp")).length, 0, "a Send while muted");
    await device.control.send(["/1/0/1"]);
    assert.deepEqual(await sent(leshan), { "/1/0/1": "86400" });
  },
};

async function sends(bench: Bench, values: Values): Promise<void> {
  const { device, wire, leshan } = await bench.atLeshan({ server: { muteSend: false } });
  await device.control.send(Object.keys(values));
  const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/dp"), "Send");
  const format = numberIn(message, OptionNumber.ContentFormat);
  assert.ok(format === 110 || format === 112, `SenML, not ${format}`);
  assert.equal((await statusOf(wire, message)).code, Code.Changed);
  assert.deepEqual(await sent(leshan), values);
}

async function sent(leshan: LeshanSide): Promise<Values> {
  return compositeValues((await leshan.events.waitFor("SEND")).val);
}
