import assert from "node:assert/strict";
import { test } from "node:test";
import { LogicalChannel } from "../../src/smartcard/logical-channel.ts";
import { type Exchange, ScriptedCard } from "../support/scripted-card.ts";

async function basicChannel(script: readonly Exchange[]) {
  const card = new ScriptedCard(script);
  const channel = await card.connect();
  return { card, basic: new LogicalChannel((command) => channel.transmit(command), 0) };
}

test("the card picks the number, and commands carry it in their class byte", async () => {
  const { basic } = await basicChannel([
    ["0070000001", "05 9000"],
    ["41A40400", "9000"],
    ["C1CB0000", "9000"],
  ]);
  const channel = await basic.open();
  assert.equal(channel.number, 5);
  await channel.send({ class: "interindustry", ins: 0xa4, p1: 4, p2: 0 });
  await channel.send({ class: "proprietary", ins: 0xcb, p1: 0, p2: 0 });
});

test("no free channel is said in words", async () => {
  const { basic } = await basicChannel([["0070000001", "6A81"]]);
  await assert.rejects(basic.open(), { code: "CARD_CHANNELS_EXHAUSTED", message: /no logical channel free/ });
});

test("a card that does not know logical channels is used on the basic one", async () => {
  for (const status of ["6881", "6D00", "6E00"]) {
    const { basic } = await basicChannel([["0070000001", status]]);
    assert.equal((await basic.open()).number, 0);
  }
});

test("a channel number that cannot be is refused", async () => {
  for (const answer of ["00 9000", "14 9000", "9000", "0102 9000"]) {
    const { basic } = await basicChannel([["0070000001", answer]]);
    await assert.rejects(basic.open(), { code: "CARD_MISBEHAVES" });
  }
});

test("any other refusal to open names its status word", async () => {
  const { basic } = await basicChannel([["0070000001", "6F00"]]);
  await assert.rejects(basic.open(), { code: "CARD_REFUSED", message: /6F00/ });
});

test("closing is sent on the basic channel, and the basic channel itself is never closed", async () => {
  const { card, basic } = await basicChannel([["00708003", "9000"]]);
  await basic.close(3);
  await basic.close(0);
  assert.equal(card.left, 0);
});

test("a demanded command that is refused names itself and the reason", async () => {
  const { basic } = await basicChannel([["00B00000", "6982"]]);
  const demanded = basic.demand({ class: "interindustry", ins: 0xb0, p1: 0, p2: 0 }, "READ BINARY");
  await assert.rejects(demanded, { message: "READ BINARY: the card answered 6982 (security status not satisfied)" });
});
