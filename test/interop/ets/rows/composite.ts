import assert from "node:assert/strict";
import { Method } from "../../../../src/coap/message.ts";
import type { CompositeFormats } from "../../../support/foreign/leshan-rest.ts";
import type { Procedure } from "../bench.ts";
import { assertValues, multiple, single } from "../nodes.ts";
import { portfolio } from "../objects.ts";
import { isRequest, queryOf } from "../wire.ts";

const json: CompositeFormats = { pathformat: "SENML_JSON", nodeformat: "SENML_JSON" };
const cbor: CompositeFormats = { pathformat: "SENML_CBOR", nodeformat: "SENML_CBOR" };
const server = { "/1/0/0": "1", "/1/0/1": "86400", "/1/0/7": "U" };

/** ETS 1.1-int-229, 230, 235, 236, 257, 280 and 281: Read-Composite and Write-Composite. */
export const composite: Readonly<Record<string, Procedure>> = {
  "1.1-int-229": async (bench) => {
    const { leshan } = await bench.atLeshan();
    for (const formats of [json, cbor]) {
      const values = await leshan.readComposite(["/1/0", "/3/0/0", "/3/0/11/0"], formats);
      assertValues(values, { ...server, "/3/0/0": "Example Maker", "/3/0/11/0": "0" });
    }
  },
  "1.1-int-230": async (bench) => {
    const { wire, leshan } = await bench.atLeshan({ objects: [portfolio({ 0: ["a", "b", "c", "d"] })] });
    await leshan.writeComposite({
      "/1/0/1": single(1, "integer", 61),
      "/1/0/6": single(6, "boolean", true),
      "/16/0/0": multiple(0, "string", { 0: "aa", 1: "bb", 2: "cc", 3: "dd" }),
    });
    const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update");
    assert.deepEqual(queryOf(message), ["lt=61"]);
    assertValues(await leshan.read("/1/0"), { "/1/0/1": "61", "/1/0/6": "true" });
    const identities = { "/16/0/0/0": "aa", "/16/0/0/1": "bb", "/16/0/0/2": "cc", "/16/0/0/3": "dd" };
    assert.deepEqual(await leshan.read("/16"), identities);
  },
  "1.1-int-235": async (bench) => {
    const { leshan } = await bench.atLeshan();
    for (const formats of [json, cbor]) {
      const values = await leshan.readComposite(["/"], formats);
      assertValues(values, { ...server, "/3/0/0": "Example Maker", "/3/0/16": "U" });
      const hidden = Object.keys(values).filter((path) => /^\/(0|21|23)\//.test(path));
      assert.deepEqual(hidden, []);
    }
  },
  "1.1-int-236": async (bench) => {
    const { leshan } = await bench.atLeshan();
    const values = await leshan.readComposite(["/1/0", "/3/0/11/0", "/3339/0/5522", "/3353/0/6030"]);
    assertValues(values, { ...server, "/3/0/11/0": "0" });
    assert.deepEqual(
      Object.keys(values).filter((path) => path.startsWith("/33")),
      [],
    );
  },
  "1.1-int-257": async (bench) => {
    const { leshan } = await bench.atLeshan();
    assertValues(await leshan.read("/1"), server);
    assertValues(await leshan.read("/3"), { "/3/0/16": "U" });
    await leshan.writeComposite(
      {
        "/1/0/2": single(2, "integer", 101),
        "/1/0/6": single(6, "boolean", true),
        "/3/0/13": single(13, "time", 0),
      },
      { nodeformat: "SENML_JSON" },
    );
    assertValues(await leshan.read("/1"), { "/1/0/2": "101", "/1/0/6": "true" });
    const milliseconds = Number((await leshan.read("/3"))["/3/0/13"]);
    assert.ok(milliseconds < 60_000, `time begins again at 1970, not at ${milliseconds} ms`);
  },
  "1.1-int-280": async (bench) => {
    const { leshan } = await bench.atLeshan();
    for (const formats of [json, cbor]) {
      const values = await leshan.readComposite(["/3/0/16", "/3/0/11/0", "/1/0"], formats);
      assertValues(values, { ...server, "/1/0/6": "true", "/3/0/11/0": "0", "/3/0/16": "U" });
      const others = Object.keys(values).filter((path) => path.startsWith("/3/") && !/^\/3\/0\/(16|11\/0)$/.test(path));
      assert.deepEqual(others, []);
    }
  },
  "1.1-int-281": async (bench) => {
    const { leshan } = await bench.atLeshan();
    const values = await leshan.readComposite(["/1/0/1", "/1/0/7", "/1/0/8"]);
    assert.deepEqual(values, { "/1/0/1": "86400", "/1/0/7": "U" });
  },
};
