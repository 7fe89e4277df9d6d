import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fault, FaultInjector } from "../../../src/sandbox/card/fault-injector.ts";
import { InProcessCard } from "../../../src/sandbox/card/in-process-card.ts";
import { fromHex, toHex } from "../../../src/util/bytes.ts";
import { HexSim } from "../../support/virtual-sim.ts";
import { settle } from "../../support/virtual-time.ts";

const select = fromHex("00A4040007A0000005590010");
const random = fromHex("8084000004");

/** A card that shows `fault` at its second command, with a channel to it on which the applet is selected. */
async function faulty(fault: Fault) {
  const injector = new FaultInjector(new HexSim().sim, (index) => (index === 1 ? fault : undefined));
  const card = new InProcessCard(injector);
  const channel = await card.connect();
  await channel.transmit(select);
  return { injector, card, channel };
}

test("a card without faults answers through the connector", async () => {
  const channel = await new InProcessCard(new HexSim().sim).connect();
  assert.equal(toHex(await channel.transmit(select)), "9000");
  assert.equal((await channel.transmit(random)).length, 6);
});

test("a pulled card loses its selection; the channel is dead and the next one starts anew", async () => {
  const { card, channel, injector } = await faulty({ kind: "pulled" });
  await assert.rejects(channel.transmit(random), { code: "CARD_REMOVED" });
  await assert.rejects(channel.transmit(random), { code: "CARD_REMOVED" });
  const again = await card.connect();
  assert.equal(toHex(await again.transmit(random)), "6d00");
  assert.equal(injector.commands, 3);
});

test("a card that stays out is absent until it is inserted", async () => {
  const { card, channel, injector } = await faulty({ kind: "pulled", stays: true });
  await assert.rejects(channel.transmit(random), { code: "CARD_REMOVED" });
  await assert.rejects(card.connect(), { code: "CARD_ABSENT" });
  injector.insert();
  assert.equal(toHex(await (await card.connect()).transmit(select)), "9000");
});

test("a card may be pulled between two commands", async () => {
  const { channel, injector } = await faulty({ kind: "mute" });
  injector.pull();
  await assert.rejects(channel.transmit(random), { code: "CARD_ABSENT" });
});

test("a reset card has lost its selection", async () => {
  const { card, channel } = await faulty({ kind: "reset" });
  await assert.rejects(channel.transmit(random), { code: "CARD_RESET" });
  assert.equal(toHex(await (await card.connect()).transmit(random)), "6d00");
});

test("a mute card answers nothing until the channel is closed or the silence ends", async () => {
  for (const end of ["close", "release", "power"] as const) {
    const { channel, injector } = await faulty({ kind: "mute" });
    let over = false;
    const answer = channel.transmit(random).finally(() => {
      over = true;
    });
    answer.catch(() => {});
    await settle();
    assert.equal(over, false);
    if (end === "close") await channel.close();
    if (end === "release") injector.release();
    if (end === "power") injector.power("reset");
    await assert.rejects(answer, { code: end === "close" ? "CARD_UNREACHABLE" : "CARD_MUTE" });
  }
});

const wrongAnswers: readonly (readonly [string, Fault, RegExp])[] = [
  ["another status word", { kind: "status", status: 0x6f00 }, /^6f00$/],
  ["a longer answer", { kind: "length", by: 2 }, /^.{8}00009000$/],
  ["a shorter answer", { kind: "length", by: -3 }, /^..9000$/],
  ["an answer without data", { kind: "length", by: -9 }, /^9000$/],
  ["any bytes", { kind: "bytes", bytes: fromHex("DEADBEEF") }, /^deadbeef$/],
];

for (const [what, fault, answer] of wrongAnswers) {
  test(`the card gives ${what} at the index named, and is itself again afterwards`, async () => {
    const { channel } = await faulty(fault);
    assert.match(toHex(await channel.transmit(random)), answer);
    assert.match(toHex(await channel.transmit(random)), /^.{8}9000$/);
  });
}

test("an answer shorter than a status word is a failure of the transport", async () => {
  const { channel } = await faulty({ kind: "bytes", bytes: Uint8Array.of(0x90) });
  await assert.rejects(channel.transmit(random), { code: "CARD_DRIVER_FAILED" });
});

test("a fault may come after the card has done its work", async () => {
  const sim = await new HexSim().selected();
  const injector = new FaultInjector(sim.sim, () => ({ kind: "status", status: 0x6f00, after: true }));
  const before = await sim.ask("80CD000003850101");
  assert.equal(toHex(await injector.exchange(fromHex("80B9000003840101"))), "6f00");
  assert.notEqual(await sim.ask("80CD000003850101"), before);
  injector.replan((index) => (index === 0 ? undefined : { kind: "status", status: 0x6f00 }));
  const generated = await injector.exchange(fromHex("80B9000003840101"));
  assert.equal(toHex(generated), "614d");
});

test("a closed channel is dead, closing twice is harmless", async () => {
  const channel = await new InProcessCard(new HexSim().sim).connect();
  await channel.close();
  await channel.close();
  await assert.rejects(channel.transmit(select), { code: "CARD_UNREACHABLE" });
});
