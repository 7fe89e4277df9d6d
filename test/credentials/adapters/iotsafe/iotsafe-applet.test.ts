import assert from "node:assert/strict";
import { test } from "node:test";
import { IotSafeApplet } from "../../../../src/credentials/adapters/iotsafe/iotsafe-applet.ts";
import { defaultAids } from "../../../../src/credentials/adapters/iotsafe/select-applet.ts";
import { sha256 } from "../../../../src/crypto/hash.ts";
import { spkiFromPoint } from "../../../../src/crypto/public-key.ts";
import { verifySignature } from "../../../../src/crypto/verify.ts";
import { CardService } from "../../../../src/smartcard/card-service.ts";
import { encodeUtf8, fromHex } from "../../../../src/util/bytes.ts";
import { type Exchange, ScriptedCard } from "../../../support/scripted-card.ts";
import { settle, VirtualTime } from "../../../support/virtual-time.ts";

// RFC 6979 A.2.5: P-256, SHA-256, "sample".
const point = fromHex(
  "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
);
const rs =
  "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";
const message = encodeUtf8("sample");
const digest = "AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF";

const select: readonly Exchange[] = [
  ["00 70 00 00 01", "01 9000"],
  ["01 A4 04 00 07 A0000005590010", "9000"],
];
const init: Exchange = ["81 2A 00 01 0D 84 01 01 A1 01 03 91 02 00 01 92 01 04", "9000"];
const update: Exchange = [`81 2B 80 01 22 9E 20 ${digest}`, "6142"];
const getResponse: Exchange = ["81 C0 00 00 42", `33 40 ${rs} 9000`];
const closeSession: Exchange = ["81 2A 01 01", "9000"];

function applet(script: readonly Exchange[]) {
  const card = new ScriptedCard(script);
  const time = new VirtualTime();
  const service = new CardService({ connector: card, timers: time, clock: time });
  return { card, service, applet: new IotSafeApplet(service, { aids: defaultAids, class: "auto" }) };
}

test("a digest is signed with one INIT, one UPDATE and one GET RESPONSE, and the session closed behind it", async () => {
  const { card, applet: iotsafe } = applet([...select, init, update, getResponse, closeSession, closeSession]);
  const signature = await iotsafe.sign({ id: fromHex("01") }, sha256(message), { priority: "handshake" });
  assert.equal(verifySignature(spkiFromPoint("P-256", point), 0x0403, message, signature), true);
  await settle();
  assert.equal(card.left, 0);
});
