import assert from "node:assert/strict";
import { startLeshan } from "../../../support/foreign/leshan.ts";
import type { Bench, Procedure } from "../bench.ts";
import { LeshanSide } from "../leshan-side.ts";

/** ETS 1.1-int-950 and 951: two servers, each a Leshan of its own. */
export const severalServers: Readonly<Record<string, Procedure>> = {
  "1.1-int-950": async (bench) => {
    const [first, second] = await atTwoServers(bench);
    for (const { rest } of [first, second]) {
      const { objectLinks, lwM2mVersion } = await rest.registration(bench.endpoint);
      assert.equal(lwM2mVersion, "1.1");
      const urls = objectLinks.map(({ url }) => url);
      for (const url of ["/1/0", "/1/1", "/3/0"]) assert.ok(urls.includes(url), `${url} in ${urls}`);
      assert.ok(!urls.some((url) => /^\/(0|21)(\/|$)/.test(url)), String(urls));
    }
  },
  "1.1-int-951": async (bench) => {
    const [first, second] = await atTwoServers(bench);
    await first.attributes("/3/0", "pmin=2&pmax=10");
    await second.attributes("/3/0", "pmin=15&pmax=50");
    for (const [side, self] of [
      [first, "</3/0>;pmax=10;pmin=2"],
      [second, "</3/0>;pmax=50;pmin=15"],
    ] as const) {
      const links = await side.discover("/3/0");
      assert.equal(links[0], self);
      for (const id of [0, 1, 2, 3, 16]) assert.ok(links.includes(`</3/0/${id}>`), `/3/0/${id} in ${links}`);
    }
  },
};

async function atTwoServers(bench: Bench): Promise<readonly [LeshanSide, LeshanSide]> {
  const { cleanup, endpoint, leshan } = bench;
  const other = await startLeshan(cleanup);
  const [one, two] = [await bench.wire(leshan.ports.coap, "leshan 1"), await bench.wire(other.ports.coap, "leshan 2")];
  const first = new LeshanSide(leshan.management, endpoint, await leshan.management.events(endpoint));
  const second = new LeshanSide(other.management, endpoint, await other.management.events(endpoint));
  const servers = [
    { uri: `coap://127.0.0.1:${one.port}`, shortServerId: 1 },
    { uri: `coap://127.0.0.1:${two.port}`, shortServerId: 2 },
  ];
  bench.device({ servers }).start();
  await Promise.all([first.registered(), second.registered()]);
  return [first, second];
}
