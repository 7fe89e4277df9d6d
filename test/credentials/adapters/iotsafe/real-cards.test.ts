import assert from "node:assert/strict";
import { test } from "node:test";
import { IotSafeApplet } from "../../../../src/credentials/adapters/iotsafe/iotsafe-applet.ts";
import type { ClassChoice } from "../../../../src/credentials/adapters/iotsafe/iotsafe-session.ts";
import { defaultAids } from "../../../../src/credentials/adapters/iotsafe/select-applet.ts";
import { derToRaw } from "../../../../src/crypto/ecdsa.ts";
import { sha256 } from "../../../../src/crypto/hash.ts";
import { pointFromSpki } from "../../../../src/crypto/public-key.ts";
import { decodeResponse } from "../../../../src/smartcard/apdu.ts";
import { CardService } from "../../../../src/smartcard/card-service.ts";
import { describeStatusWord } from "../../../../src/smartcard/status-word.ts";
import { encodeUtf8, fromHex, toHex } from "../../../../src/util/bytes.ts";
import { recorded } from "../../../support/card-answers.ts";
import { type Exchange, ScriptedCard } from "../../../support/scripted-card.ts";
import { apduVectors } from "../../../support/virtual-sim.ts";
import { settle, VirtualTime } from "../../../support/virtual-time.ts";

// The answers are those of physical cards; the commands are ours, which differ from the recorded hosts' in Le alone.
const cli = { priority: "cli" } as const;
const from = (set: string, name: string) => recorded("realCard", set, name);

function host(script: readonly Exchange[], aid: string | undefined, choice: ClassChoice = "auto") {
  const card = new ScriptedCard(script);
  const time = new VirtualTime();
  const service = new CardService({ connector: card, timers: time, clock: time });
  const aids = aid === undefined ? defaultAids : [fromHex(aid)];
  return { card, service, applet: new IotSafeApplet(service, { aids, class: choice }) };
}

test("every recorded answer of a real card is a response APDU with a status word that has a name", () => {
  for (const { response } of apduVectors("realCard")) {
    if (response === "") continue;
    const { statusWord } = decodeResponse(fromHex(response));
    const waits = statusWord >> 8 === 0x61;
    assert.ok(waits || !describeStatusWord(statusWord).includes("no name"), response);
  }
});

test("card A: a Thales applet on the basic channel is listed, asked, and made to generate and sign", async () => {
  const thales = "A00000003053F1240177010149534 1".replace(" ", "");
  const { card, service, applet } = host(
    [
      ["00 70 00 00 01", "6D00"],
      [`00 A4 04 00 0F ${thales}`, from("card-A", "select")],
      ["80 CB 00 00 44", from("card-A", "app-info")],
      ["80 2A 01 01", from("card-A", "sign-close")],
      ["80 CB 01 00 00", from("card-A", "object-list-1")],
      ["80 CB 01 00 00", from("card-A", "object-list-2")],
      ["80 84 00 00 10", from("card-A", "get-random-16")],
      ["80 B9 00 00 04 84 02 00 02", from("card-A", "keygen")],
      ["80 2A 00 01 0E 84 02 00 02 A1 01 03 91 02 00 01 92 01 04", from("card-A", "sign-init")],
      [`80 2B 80 01 22 9E 20 ${toHex(sha256(fromHex("0102030405060708")))}`, from("card-A", "sign-update")],
      ["80 2A 01 01", from("card-A", "sign-close")],
    ],
    thales,
  );
  assert.equal((await applet.applicationInformation(cli)).mostSessions, 1);
  assert.equal((await applet.objects(cli)).length, 3);
  assert.equal((await applet.objects(cli)).length, 5);
  assert.equal(toHex(await applet.random(16, cli)), "0b0e398cccb8d3a28053c302e2cf82bc");
  const { publicKey } = await applet.generateKeyPair({ id: fromHex("0002") }, cli);
  assert.equal(pointFromSpki(publicKey).length, 65);
  const signature = await applet.sign({ id: fromHex("0002") }, sha256(fromHex("0102030405060708")), cli);
  const { verifySignature } = await import("../../../../src/crypto/verify.ts");
  assert.equal(verifySignature(publicKey, 0x0403, fromHex("0102030405060708"), signature), true);
  await service.close();
  assert.equal(card.left, 0);
});

test("card B: a GSMA applet generates a pair whose halves have different three-byte identifiers", async () => {
  const { card, applet } = host(
    [
      ["00 70 00 00 01", from("card-B", "open-channel")],
      ["01 A4 04 00 07 A0000005590010", from("card-B", "select")],
      ["81 B9 00 00 05 84 03 303031", from("card-B", "keygen")],
      ["81 C0 00 00 51", from("card-B", "keygen-get-response")],
      ["81 2A 01 01", "9000"],
    ],
    undefined,
  );
  const pair = await applet.generateKeyPair({ id: fromHex("303031") }, cli);
  assert.deepEqual([pair.privateKeyId, pair.publicKeyId], [fromHex("303031"), fromHex("303032")]);
  await settle();
  assert.equal(card.left, 0);
});

test("card C: an applet that takes the inter-industry class signs a digest", async () => {
  const digest = sha256(encodeUtf8("hello"));
  const { card, applet } = host(
    [
      ["00 70 00 00 01", "6D00"],
      ["00 A4 04 00 10 A0000001157000000000000049534102", "9000"],
      ["00 2A 00 01 0D 84 01 01 A1 01 03 91 02 00 01 92 01 04", from("card-C", "sign-init")],
      [`00 2B 80 01 22 9E 20 ${toHex(digest)}`, from("card-C", "sign-update")],
      ["00 C0 00 00 42", from("card-C", "sign-get-response")],
      ["00 2A 01 01", "9000"],
      ["00 2A 01 01", "9000"],
    ],
    "A0000001157000000000000049534102",
    "interindustry",
  );
  const signature = await applet.sign({ id: fromHex("01") }, digest, cli);
  assert.equal(toHex(derToRaw(signature, 32)).slice(0, 16), "73b3a470b67add1b");
  await settle();
  assert.equal(card.left, 0);
});

test("card D: a SIM without the applet gets SELECT and nothing else, and its channel is closed", async () => {
  const aids = ["07 A0000005590010", "0F A00000003053F12401770101495341", "07 A0000002480400"];
  const { card, applet } = host(
    [
      ["00 70 00 00 01", from("card-D-no-applet", "open")],
      ...aids.map((aid): Exchange => [`01 A4 04 00 ${aid}`, from("card-D-no-applet", "select")]),
      ["01 A4 04 00 10 A0000001157000000000000049534102", from("card-D-no-applet", "select")],
      ["00 70 80 01", from("card-D-no-applet", "close")],
    ],
    undefined,
  );
  await assert.rejects(applet.objects(cli), { code: "APPLET_NOT_FOUND" });
  await settle();
  assert.equal(card.left, 0);
});

test("card E: a session that a crash left open is closed, and the signature made at the second try", async () => {
  const init = "01 2A 00 01 0D 84 01 01 A1 01 03 91 02 00 01 92 01 04";
  const digest = sha256(encodeUtf8("hello"));
  const { card, applet } = host(
    [
      ["00 70 00 00 01", from("card-E", "open")],
      ["01 A4 04 00 07 A0000002480400", from("card-E", "select")],
      [init, from("card-E", "sign-init-stuck")],
      ["01 2A 01 01", "9000"],
      [init, "9000"],
      [`01 2B 80 01 22 9E 20 ${toHex(digest)}`, from("card-C", "sign-get-response")],
      ["01 2A 01 01", "9000"],
      ["01 2A 01 01", "9000"],
    ],
    "A0000002480400",
    "interindustry",
  );
  await applet.sign({ id: fromHex("01") }, digest, cli);
  await settle();
  assert.equal(card.left, 0);
});
