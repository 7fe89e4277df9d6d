import assert from "node:assert/strict";
import { test } from "node:test";
import { type BootstrapCardOptions, bootstrapCard, directoryEntry } from "../../src/sandbox/bootstrap-card.ts";
import type { ProfileInput } from "../../src/sandbox/card/profile.ts";
import { CardService } from "../../src/smartcard/card-service.ts";
import { readUiccDataObject, type UiccDataObject } from "../../src/smartcard/uicc-data-object.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { TestReader } from "../support/iotsafe-host.ts";
import { ScriptedCard } from "../support/scripted-card.ts";
import { testProfile } from "../support/virtual-sim.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const wanted = fromHex("672b0901");
const objects = [{ id: 0, instances: { 0: { 0: "coap://bs.example", 1: true, 2: 3 } } }];
type Files = NonNullable<ProfileInput["pkcs15"]>["files"];

function reader(options: BootstrapCardOptions = {}, files: Files = {}, settings: ProfileInput["settings"] = {}) {
  const pkcs15 = bootstrapCard(objects, options);
  return new TestReader(testProfile(settings, { pkcs15: { ...pkcs15, files: { ...pkcs15.files, ...files } } }));
}

async function read(at: TestReader): Promise<UiccDataObject> {
  const card = new CardService({ connector: at, timers: at.time, clock: at.time, apduDeadlineMs: 10_000 });
  const result = await readUiccDataObject(card, wanted);
  await card.close();
  return result;
}

const expected = toHex(fromHex(bootstrapCard(objects).files["6432"]?.content ?? ""));

const good: readonly [string, () => TestReader][] = [
  ["a card as it should be", () => reader()],
  ["the wrapped identifier", () => reader({ shape: "wrapped-twice" })],
  ["the opaque shape", () => reader({ shape: "opaque" })],
  ["no entry in EF.DIR", () => reader({ more: { directory: "not-listed" } })],
  ["no EF.DIR", () => reader({ more: { directory: "absent" } })],
  ["a longer AID, which EF.DIR says", () => reader({ more: { aid: "A000000063504B43532D31350102" } })],
  ["no file size in the control parameters", () => reader({ more: { fileSize: "absent" } })],
  ["6282 at the end of a file without size", () => reader({ more: { fileSize: "absent", shortRead: "6282" } })],
  ["6Cxx at the end of a file without size", () => reader({ more: { fileSize: "absent", shortRead: "6Cxx" } })],
  ["answers by GET RESPONSE of the old kind", () => reader({}, {}, { answers: "get-response-9f" })],
  ["answers at once", () => reader({}, {}, { answers: "direct" })],
  ["91xx for 9000", () => reader({}, {}, { proactive: 20 })],
  ["channels 1 to 3 taken by the modem", () => reader({}, {}, { channels: { total: 20, taken: [1, 2, 3] } })],
  [
    "several directories, of which the second has it",
    () => reader({}, { "5031": { content: "A706300404024407A706300404026430" }, "4407": { content: "FF".repeat(20) } }),
  ],
];

for (const [name, make] of good) {
  test(`the data object is read from ${name}`, async () => {
    const result = await read(make());
    assert.ok(result.found, JSON.stringify(result));
    assert.equal(toHex(result.bytes), expected);
    assert.equal(result.iccid, "8988303000000012345");
  });
}

const absent: readonly [string, () => TestReader, RegExp][] = [
  ["no PKCS #15 application", () => new TestReader(testProfile()), /no PKCS #15 application/],
  ["an AID that cannot be selected", () => reader({ more: { selectable: false } }), /no PKCS #15 application/],
  ["no EF(ODF)", () => new TestReader(testProfile({}, { pkcs15: { files: {} } })), /no EF\(ODF\)/],
  ["a DODF full of FF", () => reader({}, { "6430": { content: "FF".repeat(128) } }), /names: 6430/],
  ["an ODF without directories", () => reader({}, { "5031": { content: "FFFFFF" } }), /names: none/],
  [
    "access rules alone",
    () =>
      reader({}, { "6430": { content: toHex(directoryEntry("identified", 0x6432)).replace("672b0901", "672b0902") } }),
    /names: 6430/,
  ],
  [
    "a directory that names the MF",
    () => reader({}, { "6430": { content: toHex(directoryEntry("opaque", 0x3f00)) } }),
    /names/,
  ],
  [
    "a directory that names a file which is not there",
    () => reader({}, { "6430": { content: toHex(directoryEntry("opaque", 0x6499)) } }),
    /names: 6430/,
  ],
];

for (const [name, make, reason] of absent) {
  test(`a card with ${name} has no data object, and says why`, async () => {
    const result = await read(make());
    assert.equal(result.found, false);
    assert.match(result.found ? "" : result.reason, reason);
  });
}

test("a file of 32 kB comes whole, padding included", async () => {
  const result = await read(reader({ fileSize: 0x8000 }));
  assert.equal(result.found && result.bytes.length, 0x8000);
});

test("a file behind a PIN is said to be so, and no PIN is guessed", async () => {
  const at = reader({}, { "6432": { content: "00", pin: true } });
  await assert.rejects(read(at), { code: "CARD_PIN_REQUIRED" });
  assert.equal(at.sim.pinAttempts, 0);
});

test("the logical channel is given back after each reading, found or not", async () => {
  for (const at of [
    reader({}, {}, { channels: { total: 2 } }),
    new TestReader(testProfile({ channels: { total: 2 } })),
  ]) {
    const card = new CardService({ connector: at, timers: at.time, clock: at.time, apduDeadlineMs: 10_000 });
    for (let i = 0; i < 5; i++) await readUiccDataObject(card, wanted);
    await card.close();
    assert.equal(at.commands.filter((command) => command.startsWith("00708001")).length, 5);
  }
});

test("the published trace of a modem's host is what we send, the reading of EF_ICCID and EF.DIR before it aside", async () => {
  const file =
    "00010036000000003108002EC80025636F61703A2F2F6C657368616E2E65636C6970736570726F6A656374732E696F3A35373833C10101C10203FFFF";
  const fcp = (id: string, size: string) =>
    `62 16 82 02 4121 83 02 ${id} 8A 01 05 8B 03 6F0602 80 02 ${size} 88 00 9000`;
  const script = new ScriptedCard([
    ["00 70 00 00 01", "01 9000"],
    ["01 A4 08 04 02 2FE2 00", "6A82"],
    ["01 A4 08 04 02 2F00 00", "6A82"],
    ["01 A4 04 04 0C A000000063504B43532D3135 00", "62 0D 82 02 7821 8A 01 05 8B 03 2F060C 9000"],
    ["01 A4 08 04 04 7FFF 5031 00", fcp("5031", "0020")],
    ["01 B0 00 00 20", `A7 06 30 04 04 02 64 30 ${"FF".repeat(24)} 9000`],
    ["01 A4 08 04 04 7FFF 6430 00", fcp("6430", "0080")],
    [
      "01 B0 00 00 80",
      `A1 27 30 00 30 11 0C 0F 4C774D324D20426F6F747374726170 A1 10 30 0E 06 06 0604672B0901 30 04 04 02 6432 ${"FF".repeat(87)} 9000`,
    ],
    ["01 A4 08 04 04 7FFF 6432 00", fcp("6432", "003C")],
    ["01 B0 00 00 3C", `${file} 9000`],
    ["00 70 80 01", "9000"],
  ]);
  const time = new VirtualTime();
  const card = new CardService({ connector: script, timers: time, clock: time });
  const result = await readUiccDataObject(card, wanted);
  assert.equal(result.found && toHex(result.bytes), file.toLowerCase());
  await card.close();
  assert.equal(script.left, 0);
});
