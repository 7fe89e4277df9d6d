import assert from "node:assert/strict";
import { test } from "node:test";
import { pattern } from "../../support/coap-messages.ts";
import type { Weather } from "../../support/coap-network.ts";
import { FirmwareBench } from "../../support/firmware-bench.ts";

/** 5 % of the datagrams are lost, some come twice or late. */
const weather: Weather = { loss: 0.05, duplication: 0.02, minDelayMs: 10, maxDelayMs: 60 };
const seeds = Array.from({ length: 100 }, (_, seed) => seed);
/** Of 64 blocks: a hundred images of megabytes would take minutes, and the blocks are all alike. */
const image = pattern(64 * 1024 - 300);

test("5 % loss, 100 seeds: a package is pushed whole, each block written once", async () => {
  for (const seed of seeds) {
    const bench = await FirmwareBench.started({ seed, weather });
    assert.equal(await bench.ask("PUT", "/5/0/0", image), "2.04", `seed ${seed}`);
    assert.equal(bench.state, "downloaded initial", `seed ${seed}`);
    assert.deepEqual(bench.image, image, `seed ${seed}`);
  }
});

test("5 % loss, 100 seeds: a package is fetched whole, each block once, over a kill", async () => {
  for (const seed of seeds) {
    const bench = await FirmwareBench.started({ seed, weather });
    bench.files.body = image;
    assert.equal(await bench.ask("PUT", "/5/0/1", "coap://files.example/image"), "2.04", `seed ${seed}`);
    await bench.reach(() => (bench.image?.length ?? 0) > bench.random.below(image.length));
    await bench.kill();
    await bench.start();
    await bench.reach(() => bench.update.record.state !== "downloading");
    assert.equal(bench.state, "downloaded initial", `seed ${seed}`);
    assert.deepEqual(bench.image, image, `seed ${seed}`);
    assert.ok(bench.files.bytesGiven <= image.length, `seed ${seed}: ${bench.files.bytesGiven} bytes`);
  }
});
