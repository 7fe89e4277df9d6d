import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceOperations } from "../../src/sandbox/device-operations.ts";
import { FaultBench, makeParties } from "../support/fault-bench.ts";

async function registered(network: object): Promise<FaultBench> {
  const bench = new FaultBench(await makeParties(), { config: { network } });
  bench.agent.start();
  await bench.registered(1);
  await bench.time.advance(70_000);
  return bench;
}

/** Reads through the server, in the bench's time. */
async function read(bench: FaultBench): Promise<number> {
  const [registration] = bench.server.registrations;
  assert.ok(registration);
  const reading = new DeviceOperations(registration).read("/1/0/1");
  await bench.time.advance(1_000);
  return (await reading).code;
}

test("with Connection IDs another address of ours costs no handshake, and the server finds us there", async () => {
  const bench = await registered({ connectionId: true });
  const handshakes = bench.count("handshake");
  for (const address of ["192.0.2.2", "192.0.2.3"]) {
    bench.network.moveTo(address);
    await bench.time.advance(1_000);
    assert.equal(await read(bench), 0x45);
  }
  assert.equal(bench.count("handshake"), handshakes);
  assert.equal(bench.count("lost"), 0);
  assert.equal(bench.network.openPaths, 1);
  await bench.stopped();
  assert.equal(bench.network.openPaths, 0);
});

test("without them the session is given up at once and resumed from the new address, without a signature", async () => {
  const bench = await registered({ connectionId: false, resumption: true });
  const operations = bench.count("card-operation");
  bench.network.moveTo("192.0.2.2");
  await bench.time.advance(5_000);
  assert.match(bench.events.find(({ type }) => type === "lost")?.type ?? "", /lost/);
  const handshakes = bench.events.filter((event) => event.type === "handshake");
  assert.deepEqual(
    handshakes.map(({ resumed }) => resumed),
    [false, true],
  );
  assert.equal(bench.count("card-operation"), operations);
  assert.equal(await read(bench), 0x45);
  await bench.stopped();
});
