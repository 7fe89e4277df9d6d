import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressWatch } from "../../src/platform/address-watch.ts";
import { VirtualTime } from "../support/virtual-time.ts";

test("a change of this machine's addresses is told once, and nobody looks when nobody listens", async () => {
  const time = new VirtualTime();
  let addresses = ["127.0.0.1", "192.0.2.1", "fe80::1"];
  let looks = 0;
  const watch = new AddressWatch(time, () => {
    looks++;
    return new Set(addresses);
  });
  const told: boolean[][] = [];
  const probes = ["192.0.2.1", "192.0.2.2", "127.0.0.9", "fe80::1%eth0"];
  const stop = watch.onChange((has) => void told.push(probes.map(has)));
  await time.advance(20_000);
  assert.deepEqual(told, []);
  addresses = ["127.0.0.1", "192.0.2.2", "fe80::1"];
  await time.advance(20_000);
  assert.deepEqual(told, [[false, true, true, true]]);
  stop();
  const before = looks;
  await time.advance(20_000);
  assert.equal(looks, before);
  assert.equal(time.armed, 0);
});
