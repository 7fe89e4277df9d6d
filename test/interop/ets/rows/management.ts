import assert from "node:assert/strict";
import { Method } from "../../../../src/coap/message.ts";
import type { LeshanNode } from "../../../support/foreign/leshan-json.ts";
import type { Procedure } from "../bench.ts";
import { assertValues, instance, single } from "../nodes.ts";
import { portfolio } from "../objects.ts";
import type { Relay } from "../relay.ts";
import { isRequest, queryOf } from "../wire.ts";

const lifetime = (seconds: number): LeshanNode => single(1, "integer", seconds);

/** ETS 1.1-int-221 to 228, 241 and 256: Read, Write, Execute on every level. */
export const management: Readonly<Record<string, Procedure>> = {
  "1.1-int-221": async (bench) => {
    const { leshan } = await bench.atLeshan();
    const refused = "UNAUTHORIZED(401)";
    await leshan.readRefused("/0", refused);
    await leshan.write("/0/0/0", single(0, "string", "coap://192.0.2.1"), { format: "TEXT" }, refused);
    await leshan.attributes("/0", "pmin=30&pmax=45", refused);
  },
  "1.1-int-222": async (bench) => {
    const { leshan } = await bench.atLeshan();
    assertValues(await leshan.read("/1"), { "/1/0/0": "1", "/1/0/1": "86400", "/1/0/6": "true", "/1/0/7": "U" });
    assertValues(await leshan.read("/3"), { "/3/0/0": "Example Maker", "/3/0/11/0": "0", "/3/0/16": "U" });
  },
  "1.1-int-223": async (bench) => {
    const { leshan } = await bench.atLeshan();
    assertValues(await leshan.read("/1/0"), { "/1/0/0": "1", "/1/0/1": "86400", "/1/0/6": "true", "/1/0/7": "U" });
    assertValues(await leshan.read("/3/0"), { "/3/0/0": "Example Maker", "/3/0/11/0": "0", "/3/0/16": "U" });
  },
  "1.1-int-224": async (bench) => {
    const { leshan } = await bench.atLeshan();
    for (const [path, value] of [
      ["/1/0/0", "1"],
      ["/1/0/1", "86400"],
      ["/1/0/6", "true"],
      ["/1/0/7", "U"],
      ["/3/0/16", "U"],
    ] as const) {
      assert.deepEqual(await leshan.read(path), { [path]: value });
    }
  },
  "1.1-int-225": async (bench) => {
    const { leshan } = await bench.atLeshan();
    assert.deepEqual(await leshan.read("/3/0/11/0"), { "/3/0/11/0": "0" });
  },
  "1.1-int-226": async (bench) => {
    const { wire, leshan } = await bench.atLeshan();
    const before = await leshan.read("/1/0");
    await leshan.write("/1/0", instance(0, lifetime(61), single(6, "boolean", false)), { update: true });
    await assertUpdate(wire, 61);
    assert.deepEqual(await leshan.read("/1/0"), { ...before, "/1/0/1": "61", "/1/0/6": "false" });
    await leshan.write("/1/0", instance(0, lifetime(86_400), single(6, "boolean", true)), { update: true });
    await assertUpdate(wire, 86_400);
  },
  "1.1-int-227": async (bench) => {
    const { wire, leshan } = await bench.atLeshan();
    await leshan.write("/1/0/1", lifetime(63));
    await assertUpdate(wire, 63);
    assert.deepEqual(await leshan.read("/1/0/1"), { "/1/0/1": "63" });
    await leshan.write("/1/0/1", lifetime(86_400));
    await assertUpdate(wire, 86_400);
  },
  "1.1-int-228": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [portfolio({ 0: ["aa", "bb"] })] });
    await leshan.write("/16/0/0/1", { kind: "resourceInstance", id: 1, type: "string", value: "test" });
    assert.deepEqual(await leshan.read("/16/0/0/1"), { "/16/0/0/1": "test" });
    assert.deepEqual(await leshan.read("/16/0/0/0"), { "/16/0/0/0": "aa" });
  },
  "1.1-int-241": async (bench) => {
    const { wire, leshan } = await bench.atLeshan();
    await wire.passed.waitFor(isRequest(Method.POST, "/rd"), "Register");
    const { registrationId } = await leshan.rest.registration(bench.endpoint);
    await leshan.execute("/3/0/4");
    await wire.passed.waitFor(isRequest(Method.POST, "/rd"), "Register after the reboot");
    const again = await leshan.registered();
    assert.notEqual(again.registrationId, registrationId);
    assertValues(await leshan.read("/3/0"), { "/3/0/16": "U" });
  },
  "1.1-int-256": async (bench) => {
    const { leshan } = await bench.atLeshan();
    await leshan.write("/1/0/0", single(0, "integer", 123), {}, "METHOD_NOT_ALLOWED(405)");
    assert.deepEqual(await leshan.read("/1/0/0"), { "/1/0/0": "1" });
  },
};

async function assertUpdate(wire: Relay, seconds: number): Promise<void> {
  const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update");
  assert.deepEqual(queryOf(message), [`lt=${seconds}`]);
}
