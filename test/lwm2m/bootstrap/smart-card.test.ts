import assert from "node:assert/strict";
import { test } from "node:test";
import { bootstrapObjectIdentifier } from "../../../src/lwm2m/bootstrap/card-reading.ts";
import { type Configuration, noConfiguration } from "../../../src/lwm2m/bootstrap/configuration.ts";
import { bootstrapCard, bootstrapFileId } from "../../../src/sandbox/bootstrap-card.ts";
import { type FileObject, writeBootstrapFile } from "../../../src/sandbox/bootstrap-file.ts";
import { provisioningSteps } from "../../../src/sandbox/bootstrap-step.ts";
import { InProcessCard } from "../../../src/sandbox/card/in-process-card.ts";
import type { ProfileInput } from "../../../src/sandbox/card/profile.ts";
import type { PowerEvent, SimulatedCard } from "../../../src/sandbox/card/simulated-card.ts";
import { VirtualSim } from "../../../src/sandbox/card/virtual-sim.ts";
import { CardService } from "../../../src/smartcard/card-service.ts";
import { CardTransportError, type CardTransportErrorCode } from "../../../src/smartcard/card-transport-error.ts";
import { readUiccDataObject } from "../../../src/smartcard/uicc-data-object.ts";
import { sample1Accounts, sample2Accounts } from "../../support/bootstrap-files.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { testProfile } from "../../support/virtual-sim.ts";
import { VirtualTime } from "../../support/virtual-time.ts";
import { bootstrapSecurity, configuration, plainSecurity, server } from "./bootstrap-bench.ts";
import { ControllerBench } from "./controller-bench.ts";

/** A reader whose card can be changed, pulled, or made unreachable. */
class Reader implements SimulatedCard {
  readonly atr = Uint8Array.of(0x3b, 0);
  card: VirtualSim | undefined;
  failure: CardTransportErrorCode | undefined;
  readonly #time = new VirtualTime();

  constructor(pkcs15: ProfileInput["pkcs15"] | undefined, iccid = "8988303000000012345") {
    this.insert(pkcs15, iccid);
  }

  get present(): boolean {
    return this.card !== undefined;
  }

  insert(pkcs15: ProfileInput["pkcs15"] | undefined, iccid = "8988303000000012345"): void {
    const profile = testProfile({}, { iccid, ...(pkcs15 && { pkcs15 }) });
    this.card = new VirtualSim(profile, { entropy: new SeededRandom(1), clock: this.#time, timers: this.#time });
  }

  power(event: PowerEvent): void {
    this.card?.power(event);
  }

  async exchange(command: Uint8Array): Promise<Uint8Array> {
    if (this.failure) throw new CardTransportError(this.failure, "as the test wants it");
    if (!this.card) throw new CardTransportError("CARD_REMOVED", "pulled");
    return this.card.exchange(command);
  }

  readonly read = async (signal: AbortSignal) => {
    const connector = new InProcessCard(this);
    const card = new CardService({ connector, timers: this.#time, clock: this.#time });
    try {
      return await readUiccDataObject(card, bootstrapObjectIdentifier, signal);
    } finally {
      await card.close();
    }
  };
}

function accountOf(id: number, lifetime = 43_200): FileObject[] {
  return [
    { id: 0, instances: { 1: { 0: `coap://dm${id}.example`, 1: false, 2: 3, 10: id } } },
    { id: 1, instances: { 0: { 0: id, 1: lifetime, 6: true, 7: "U" } } },
  ];
}

const x = configuration({ 0: { 0: bootstrapSecurity(), 1: plainSecurity(101) }, 1: { 0: server(101) } });
const factory = configuration({ 0: { 3: bootstrapSecurity("coap://factory.example") } });
const fromY = ["/0/0 coap://bs.example:5683", "/0/1 coap://dm102.example", "/1/0 102 43200"];

async function benchOf(reader: Reader, start: Configuration = noConfiguration): Promise<ControllerBench> {
  return new ControllerBench(start, { readCard: reader.read, factory }).started();
}

async function check(bench: ControllerBench, shortServerId: number): Promise<boolean> {
  const result = await bench.controller.checkCard(shortServerId);
  await bench.advance(0);
  return result;
}

test("a device that was registered with X registers with Y, whose account is on the card that is in it now", async () => {
  const bench = await benchOf(new Reader(bootstrapCard(accountOf(102))), x);
  assert.deepEqual(bench.states(), ["reading-card", "registering"]);
  assert.equal(bench.controller.status.reason, "accounts from the smart card");
  const [{ accounts } = assert.fail()] = bench.take("accounts");
  assert.deepEqual(
    accounts.servers.map(({ shortServerId, lifetime }) => [shortServerId, lifetime]),
    [[102, 43_200]],
  );
  assert.deepEqual(bench.device.accounts(), fromY);
});

test("sample 1 gives a server account, sample 2 a bootstrap account to go to", async () => {
  const first = await benchOf(new Reader(bootstrapCard(sample1Accounts)));
  assert.deepEqual(first.device.accounts(), ["/0/1 coaps://eu.iot.avsystem.cloud:5684", "/1/1 1 86400"]);
  assert.equal(first.controller.status.state, "registering");
  const second = await benchOf(new Reader(bootstrapCard(sample2Accounts)));
  second.plan = { session: provisioningSteps(accountOf(102)) };
  await second.advance(5);
  assert.deepEqual(second.connectedTo, ["coap://leshan.eclipseprojects.io:5783"]);
  assert.equal(second.device.accounts()[1], "/0/1 coap://dm102.example");
});

const useless: readonly [string, Reader][] = [
  ["a card without the application", new Reader(undefined)],
  ["a card with an inconsistent file", new Reader(bootstrapCard(accountOf(102).slice(0, 1)))],
  [
    "a card whose file is malformed",
    new Reader({ files: { ...bootstrapCard([]).files, "6432": { content: "0001" } } }),
  ],
  [
    "a card whose file wants a PIN",
    new Reader({ files: { ...bootstrapCard([]).files, "6432": { content: "00", pin: true } } }),
  ],
  ["a card with an empty file", new Reader(bootstrapCard([]))],
];

for (const [name, reader] of useless) {
  test(`${name}: nothing of it is applied, the reason is logged, the factory data is next`, async () => {
    const bench = await benchOf(reader);
    assert.deepEqual(bench.states().slice(0, 3), ["reading-card", "using-factory", "holding-off"]);
    assert.deepEqual(bench.device.accounts(), ["/0/3 coap://factory.example"]);
    const kept = await benchOf(reader, x);
    assert.deepEqual(kept.device.accounts().slice(1), ["/0/1 coap://dm101.example", "/1/0 101 300"]);
    assert.equal(kept.controller.status.state, "registering");
  });
}

test("a card that is as it was changes nothing at a restart, also not what a server has set since", async () => {
  const reader = new Reader(bootstrapCard(accountOf(102)));
  const bench = await benchOf(reader, x);
  assert.equal(bench.saves.length, 1);
  await bench.controller.stop();
  bench.restarted();
  bench.device.server.replace(new Map([[0, server(102)]]));
  await bench.started();
  assert.equal(bench.controller.status.reason, "the card's data is as it was");
  assert.equal(bench.device.accounts().at(-1), "/1/0 102 300");
  assert.equal(bench.saves.length, 1);
  assert.equal(await check(bench, 102), true);
});

test("data that changes between two Updates is applied in the place of the old", async () => {
  const reader = new Reader(bootstrapCard(accountOf(102)));
  const bench = await benchOf(reader, x);
  assert.equal(await check(bench, 102), true);
  bench.take("accounts");
  reader.card?.updateFile(bootstrapFileId, writeBootstrapFile(accountOf(103, 60)));
  assert.equal(await check(bench, 102), false);
  assert.deepEqual(bench.device.accounts(), [
    "/0/0 coap://bs.example:5683",
    "/0/1 coap://dm103.example",
    "/1/0 103 60",
  ]);
  assert.deepEqual(
    bench.take("accounts").map(({ accounts }) => accounts.servers.map((each) => each.shortServerId)),
    [[103]],
  );
  assert.equal(await check(bench, 103), true);
});

test("data that changes into something unusable takes the account with it; the bootstrap account is next", async () => {
  const reader = new Reader(bootstrapCard(accountOf(102)));
  const bench = await benchOf(reader, x);
  reader.card?.updateFile(bootstrapFileId, writeBootstrapFile(accountOf(103).slice(1)));
  assert.equal(await check(bench, 102), false);
  assert.deepEqual(bench.device.accounts(), ["/0/0 coap://bs.example:5683"]);
  assert.deepEqual(bench.connectedTo, ["coap://bs.example:5683"]);
});

test("another card with the same file is another card", async () => {
  const reader = new Reader(bootstrapCard(accountOf(102)));
  const bench = await benchOf(reader, x);
  reader.insert(bootstrapCard(accountOf(102)), "8988303000000099999");
  assert.equal(await check(bench, 102), false);
  assert.equal(bench.saves.at(-1)?.card?.iccid, "8988303000000099999");
});

test("what came from a card goes with it: pulled, replaced by one without data, or without the file", async () => {
  for (const change of ["pulled", "other card", "file gone"] as const) {
    const reader = new Reader(bootstrapCard(accountOf(102)));
    const bench = await benchOf(reader);
    if (change === "pulled") reader.card = undefined;
    else if (change === "other card") reader.insert(undefined);
    else reader.card?.updateFile(bootstrapFileId, undefined);
    assert.equal(await check(bench, 102), false, change);
    assert.deepEqual(bench.device.accounts(), ["/0/3 coap://factory.example"], change);
    assert.equal(bench.saves.at(-1)?.card, undefined);
  }
});

test("a card that cannot be asked is no reason to give an account up", async () => {
  for (const failure of ["CARD_UNREACHABLE", "CARD_MUTE", "CARD_BUSY", "CARD_RESET", "CARD_DRIVER_FAILED"] as const) {
    const reader = new Reader(bootstrapCard(accountOf(102)));
    const bench = await benchOf(reader, x);
    reader.failure = failure;
    assert.equal(await check(bench, 102), true, failure);
    await bench.controller.stop();
    bench.restarted();
    await bench.started();
    assert.equal(bench.controller.status.state, "registering", failure);
    assert.deepEqual(bench.device.accounts(), fromY, failure);
  }
});

test("accounts that are not from the card are not its business", async () => {
  const reader = new Reader(undefined);
  const bench = await benchOf(reader, x);
  reader.card = undefined;
  assert.equal(await check(bench, 101), true);
  assert.equal(await check(bench, 999), true);
});

test("accounts that a bootstrap server rewrote are no longer the card's", async () => {
  const reader = new Reader(bootstrapCard(accountOf(102)));
  const bench = await benchOf(reader, x);
  bench.plan = { session: provisioningSteps(accountOf(104)) };
  await bench.controller.triggerBootstrap("asked");
  await bench.advance(10);
  assert.equal(bench.device.accounts()[1], "/0/1 coap://dm104.example");
  reader.card = undefined;
  assert.equal(await check(bench, 104), true);
  await bench.controller.stop();
  reader.insert(bootstrapCard(accountOf(102)));
  bench.restarted();
  await bench.started();
  assert.equal(bench.device.accounts()[1], "/0/1 coap://dm104.example");
});

test("a change of the card in the middle of a bootstrap ends that without effect", async () => {
  const reader = new Reader(bootstrapCard(accountOf(102)));
  const bench = await benchOf(reader, x);
  bench.plan = { session: provisioningSteps(accountOf(104)).slice(0, -1) };
  await bench.controller.triggerBootstrap("asked");
  await bench.advance(5);
  reader.card?.updateFile(bootstrapFileId, writeBootstrapFile(accountOf(103)));
  assert.equal(await check(bench, 102), false);
  await bench.advance(300);
  assert.equal(bench.device.accounts()[1], "/0/1 coap://dm103.example");
  assert.equal(bench.controller.status.state, "registering");
});
