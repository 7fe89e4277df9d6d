import assert from "node:assert/strict";
import { test } from "node:test";
import { exchange } from "../../src/smartcard/exchange.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { type Exchange, ScriptedCard } from "../support/scripted-card.ts";

const command = { class: "proprietary", ins: 0xcb, p1: 1, p2: 0, le: 256 } as const;
const first = "81CB010000";

async function run(script: readonly Exchange[], ofCommand: Parameters<typeof exchange>[1] = command) {
  const card = new ScriptedCard(script);
  const channel = await card.connect();
  const { data, statusWord } = await exchange((bytes) => channel.transmit(bytes), ofCommand, 1);
  assert.equal(card.left, 0);
  return [toHex(data), statusWord.toString(16)];
}

test("a direct answer is handed on as it is", async () => {
  assert.deepEqual(await run([[first, "AABB 9000"]]), ["aabb", "9000"]);
  assert.deepEqual(await run([[first, "6A82"]]), ["", "6a82"]);
});

test("61xx and 9Fxx are fetched with GET RESPONSE on the same channel", async () => {
  assert.deepEqual(
    await run([
      [first, "6102"],
      ["81C0000002", "AABB 9000"],
    ]),
    ["aabb", "9000"],
  );
  assert.deepEqual(
    await run([
      [first, "9F02"],
      ["81C0000002", "AABB 9000"],
    ]),
    ["aabb", "9000"],
  );
});

test("an answer in several pieces is joined, 6100 asking for 256 bytes", async () => {
  const script: Exchange[] = [
    [first, "01 6100"],
    ["81C0000000", "02 6101"],
    ["81C0000001", "03 9000"],
  ];
  assert.deepEqual(await run(script), ["010203", "9000"]);
});

test("6Cxx sends the same command again with the right Le, and drops what came with it", async () => {
  assert.deepEqual(
    await run([
      [first, "FF 6C02"],
      ["81CB010002", "AABB 9000"],
    ]),
    ["aabb", "9000"],
  );
});

test("6Cxx to a command without Le adds one, and to GET RESPONSE corrects it", async () => {
  const withData = { ...command, le: undefined, data: fromHex("840101") };
  const { le: _, ...plain } = withData;
  const script: Exchange[] = [
    ["81CB010003840101", "6C02"],
    ["81CB01000384010102", "6103"],
    ["81C0000003", "6C02"],
    ["81C0000002", "AABB 9000"],
  ];
  assert.deepEqual(await run(script, plain), ["aabb", "9000"]);
});

test("a waiting proactive command is success with its data", async () => {
  assert.deepEqual(await run([[first, "AABB 9130"]]), ["aabb", "9130"]);
});

test("more objects (6300) is handed on with its data: the list knows what to do", async () => {
  assert.deepEqual(await run([[first, "AA 6300"]]), ["aa", "6300"]);
});

test("a card that wants GET RESPONSE in the inter-industry class gets it so", async () => {
  const script: Exchange[] = [
    [first, "6102"],
    ["81C0000002", "6E00"],
    ["01C0000002", "AABB 9000"],
  ];
  assert.deepEqual(await run(script), ["aabb", "9000"]);
});

test("6E00 to the command itself is handed on: choosing another class is not this layer's business", async () => {
  assert.deepEqual(await run([[first, "6E00"]]), ["", "6e00"]);
});

test("a card that never stops asking is given up, for 61xx and 6Cxx alike", async () => {
  for (const endless of ["AA6101", "6C01"]) {
    const transmit = async () => fromHex(endless);
    await assert.rejects(exchange(transmit, command, 1), { code: "CARD_MISBEHAVES" });
  }
});

test("an answer that is no response APDU is the driver's failure", async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(1), new Uint8Array(300)]) {
    await assert.rejects(
      exchange(async () => bytes, command, 1),
      { code: "CARD_DRIVER_FAILED" },
    );
  }
});

test("6881 on our logical channel means that the card was reset; on the basic channel it is an answer", async () => {
  const transmit = async () => fromHex("6881");
  await assert.rejects(exchange(transmit, command, 1), { code: "CARD_RESET" });
  assert.equal((await exchange(transmit, command, 0)).statusWord, 0x6881);
});
