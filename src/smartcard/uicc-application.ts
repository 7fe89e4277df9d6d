import { ByteReader, fromHex, toHex } from "../util/bytes.ts";
import { CodedError, DecodeError } from "../util/coded-error.ts";
import { readTlv } from "./ber-tlv.ts";
import type { CardApplication } from "./card-connection.ts";
import type { LogicalChannel } from "./logical-channel.ts";
import { CardStatusError, isSuccess, StatusWord } from "./status-word.ts";
import { readAll, readRecords, readTransparentFile } from "./uicc-file.ts";

/** The PKCS #15 application, selected on a logical channel of its own. */
export interface Pkcs15Session {
  readonly channel: LogicalChannel;
  /** Which card this is, digits as in ITU-T E.118; absent when the card does not say. */
  readonly iccid?: string;
}

/** "A0 00 00 00 63" and "PKCS-15"; an application may carry a longer identifier that begins so. */
export const pkcs15Aid = fromHex("a000000063504b43532d3135");

const efDir = { identifiers: fromHex("3f002f00") };
const efIccid = { identifiers: fromHex("3f002fe2") };

/** Rejects with CodedError UICC_NO_PKCS15 when the card has no such application. */
export const pkcs15Application: CardApplication<Pkcs15Session> = {
  name: "PKCS #15",
  once: true,
  async open(channel) {
    const iccid = await orNothing(readIccid(channel));
    const listed = (await orNothing(readListedAid(channel))) ?? pkcs15Aid;
    await selectApplication(channel, listed);
    return { channel, ...(iccid !== undefined && { iccid }) };
  },
};

async function selectApplication(channel: LogicalChannel, aid: Uint8Array): Promise<void> {
  const command = { class: "interindustry", ins: 0xa4, p1: 0x04, p2: 0x04, data: aid, le: 256 } as const;
  const { statusWord } = await channel.send(command);
  if (isSuccess(statusWord)) return;
  const what = `SELECT of the PKCS #15 application ${toHex(aid).toUpperCase()}`;
  if (statusWord !== StatusWord.notFound) throw new CardStatusError(what, statusWord);
  throw new CodedError("UICC_NO_PKCS15", "this card has no PKCS #15 application, and so no LwM2M bootstrap data");
}

/** EF.DIR (ETSI TS 102 221 §13.1): application templates 61 { 4F identifier, ... }. */
async function readListedAid(channel: LogicalChannel): Promise<Uint8Array | undefined> {
  for (const record of (await readRecords(channel, efDir)) ?? []) {
    if (record[0] !== 0x61) continue;
    const template = readTlv(new ByteReader(record, "EF.DIR")).value;
    const aid = readAll(template, "EF.DIR").find(({ tag }) => tag === 0x4f)?.value;
    if (aid && aid.length <= 16 && toHex(aid).startsWith(toHex(pkcs15Aid))) return aid;
  }
  return undefined;
}

/** EF_ICCID (ETSI TS 102 221 §13.2): two digits a byte, the first in the low half, padded with F. */
async function readIccid(channel: LogicalChannel): Promise<string | undefined> {
  const bytes = await readTransparentFile(channel, efIccid);
  const digits =
    bytes &&
    toHex(bytes)
      .replace(/(.)(.)/g, "$2$1")
      .replace(/f+$/, "");
  return digits && /^\d{10,20}$/.test(digits) ? digits : undefined;
}

/** These files only help: what the card refuses here, or holds in a form of its own, is passed over. */
async function orNothing<T>(reading: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const isRefusal = error instanceof CardStatusError || error instanceof DecodeError;
    if (isRefusal || (error instanceof CodedError && error.code === "CARD_PIN_REQUIRED")) return undefined;
    throw error;
  }
}
