import assert from "node:assert/strict";
import type { Procedure } from "../bench.ts";

/** Resources of /3/0 with how many values a multiple one has. */
const device = ["0", "1", "2", "3", "4", "5", "6;dim=2", "7;dim=2", "8;dim=2", "9", "10", "11;dim=1", "12", "13", "14"];

/** ETS 1.1-int-260 to 1.2-int-266: Discover and Write-Attributes. */
export const discover: Readonly<Record<string, Procedure>> = {
  "1.1-int-260": async (bench) => {
    const { leshan } = await bench.atLeshan();
    const resources = [...device, "15", "16", "21"].map((text) => link(text));
    assert.deepEqual(await leshan.discover("/3"), ["</3>;ver=1.1", "</3/0>", ...resources]);
    await leshan.attributes("/3", "pmin=10&pmax=200");
    assert.deepEqual(await leshan.discover("/3/0"), ["</3/0>;pmax=200;pmin=10", ...resources]);
    await leshan.attributes("/3/0/7", "lt=1&gt=6&st=1");
    const changed = resources.map((one) => (one.startsWith("</3/0/7>") ? "</3/0/7>;dim=2;gt=6;lt=1;st=1" : one));
    assert.deepEqual(await leshan.discover("/3/0"), ["</3/0>;pmax=200;pmin=10", ...changed]);
    const [self] = await leshan.discover("/3/0/7");
    assert.equal(self, "</3/0/7>;dim=2;gt=6;lt=1;pmax=200;pmin=10;st=1");
  },
  "1.1-int-261": async (bench) => {
    const { leshan } = await bench.atLeshan();
    assert.deepEqual(await leshan.discover("/3/0/11"), ["</3/0/11>;dim=1", "</3/0/11/0>"]);
    await leshan.attributes("/3", "pmin=10&pmax=200");
    await leshan.attributes("/3/0", "pmax=320");
    await leshan.attributes("/3/0/11/0", "pmax=100&epmin=1&epmax=20");
    assert.deepEqual(await leshan.discover("/3/0/11"), [
      "</3/0/11>;dim=1;pmax=320;pmin=10",
      "</3/0/11/0>;epmax=20;epmin=1;pmax=100",
    ]);
  },
};

function link(text: string): string {
  const [id, ...attributes] = text.split(";");
  return [`</3/0/${id}>`, ...attributes].join(";");
}
