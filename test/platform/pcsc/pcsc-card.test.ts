import assert from "node:assert/strict";
import { test } from "node:test";
import { PcscCard, PcscCardError } from "../../../src/platform/pcsc/pcsc-card.ts";
import { PcscLibraryMissing, startLibrary } from "../../../src/platform/pcsc/pcsc-library.ts";
import { ReaderList } from "../../../src/platform/pcsc/reader-list.ts";

let cards = 0;

/** What the child process does, in this one: the stand-in's faults here are answers, not crashes. */
async function card(query: string): Promise<PcscCard> {
  const url = new URL("../../support/fake-pcsclite.mjs", import.meta.url);
  url.search = `${query}&nth=${cards++}`;
  return new PcscCard(new ReaderList(await startLibrary(url.href)));
}

const one = "readers=Omnikey&card=Omnikey";
const transmit = { id: 2, do: "transmit", command: "00b00000" } as const;

function failure(code: string, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof PcscCardError);
    assert.equal(error.failure.code, code);
    assert.match(error.message, message);
    return true;
  };
}

const refusals: readonly (readonly [what: string, query: string, code: string, message: RegExp, reader?: string])[] = [
  ["no card is in a reader", "readers=Alpha,Beta", "CARD_ABSENT", /no card in "Alpha", "Beta"/],
  ["the card is mute", "readers=Alpha&mute=Alpha", "CARD_MUTE", /"Alpha" does not answer to reset/],
  ["no reader has that name", one, "CARD_UNREACHABLE", /no reader with "Gemalto".*"Omnikey"/, "Gemalto"],
  ["the card was pulled just now", `${one}&on=connect&do=8010000c`, "CARD_ABSENT", /"Omnikey": no card in the reader/],
  ["another program holds the card", `${one}&on=connect&do=8010000b`, "CARD_BUSY", /another program holds the card/],
  ["access is denied", `${one}&on=connect&do=8010006a`, "CARD_UNREACHABLE", /polkit/],
];

for (const [what, query, code, message, reader] of refusals) {
  test(`connecting fails in words when ${what}`, async () => {
    const request = { id: 1, do: "connect", ...(reader !== undefined && { reader }) } as const;
    await assert.rejects((await card(query)).answer(request), failure(code, message));
  });
}

const faults: readonly (readonly [what: string, fault: string, code: string, message: RegExp])[] = [
  ["the card is pulled out", "80100069", "CARD_REMOVED", /pulled out/],
  ["the library reports success with nothing in it", "empty", "CARD_REMOVED", /without status word/],
  ["the exchange breaks off", "80100016", "CARD_REMOVED", /broke off/],
  ["another program resets the card", "80100068", "CARD_RESET", /another program reset/],
  ["the card has no power", "80100067", "CARD_MUTE", /no power/],
  ["the card does not answer", "8010000a", "CARD_MUTE", /did not answer in time/],
  ["the daemon stops", "8010001d", "CARD_UNREACHABLE", /pcscd is not running/],
  ["the reader is unplugged", "80100017", "CARD_UNREACHABLE", /reader is not available/],
  ["the answer is too long", "80100008", "CARD_DRIVER_FAILED", /longer than a short APDU/],
  ["the library says something unknown", "80109999", "CARD_DRIVER_FAILED", /80109999/],
];

for (const [what, fault, code, message] of faults) {
  test(`an APDU fails in words when ${what}`, async () => {
    const pcsc = await card(`${one}&on=transmit&do=${fault}`);
    await pcsc.answer({ id: 1, do: "connect" });
    await assert.rejects(pcsc.answer(transmit), failure(code, message));
  });
}

test("an APDU before connecting is refused", async () => {
  await assert.rejects((await card(one)).answer(transmit), failure("CARD_DRIVER_FAILED", /not connected/));
});

test("disconnecting twice, or before connecting, is no error", async () => {
  const pcsc = await card(one);
  await pcsc.disconnect();
  await pcsc.answer({ id: 1, do: "connect" });
  assert.deepEqual(await pcsc.answer({ id: 2, do: "disconnect" }), {});
  await pcsc.disconnect();
});

test("a library that is not there is missing, whatever the reason", async () => {
  await assert.rejects(startLibrary("/nowhere/pcsclite.js"), PcscLibraryMissing);
});
