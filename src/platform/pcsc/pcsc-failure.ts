import type { CardTransportErrorCode } from "../../smartcard/card-transport-error.ts";
import type { PcscFailure } from "./pcsc-protocol.ts";

/** Codes of pcsclite.h in our terms: the library puts them into the text of its errors and nowhere else. */
const known: ReadonlyMap<number, readonly [CardTransportErrorCode, string]> = new Map([
  [0x80100008, ["CARD_DRIVER_FAILED", "the card's answer is longer than a short APDU can be"]],
  [0x80100009, ["CARD_UNREACHABLE", "the reader is gone; is it plugged in?"]],
  [0x8010000a, ["CARD_MUTE", "the card did not answer in time"]],
  [0x8010000b, ["CARD_BUSY", "another program holds the card exclusively; stop it"]],
  [0x8010000c, ["CARD_ABSENT", "no card in the reader"]],
  [0x8010000f, ["CARD_DRIVER_FAILED", "the card speaks neither T=0 nor T=1"]],
  [0x80100013, ["CARD_DRIVER_FAILED", "communication with pcscd or the reader failed"]],
  [0x80100016, ["CARD_REMOVED", "the exchange with the card broke off; was it pulled out?"]],
  [0x80100017, ["CARD_UNREACHABLE", "the reader is not available; is it plugged in?"]],
  [0x8010001d, ["CARD_UNREACHABLE", "pcscd is not running; start it (systemctl start pcscd)"]],
  [0x8010001e, ["CARD_UNREACHABLE", "pcscd stopped, or speaks another protocol version than libpcsclite"]],
  [0x8010002e, ["CARD_UNREACHABLE", "pcscd knows no reader; is one plugged in and its driver installed?"]],
  [0x80100066, ["CARD_MUTE", "the card does not answer to reset; is it the right way round?"]],
  [0x80100067, ["CARD_MUTE", "the card has no power"]],
  [0x80100068, ["CARD_RESET", "another program reset the card"]],
  [0x80100069, ["CARD_REMOVED", "the card was pulled out"]],
  [0x8010006a, ["CARD_UNREACHABLE", "pcscd denies access; a polkit rule for org.debian.pcsc-lite decides"]],
] as const);

/** `doing`: for example "connecting to the card in Virtual PCD 00 00". */
export function pcscFailure(doing: string, error: unknown): PcscFailure {
  const text = error instanceof Error ? error.message : String(error);
  const hex = /0x(8010[0-9a-f]{4})/i.exec(text)?.[1];
  const [code, words] = known.get(Number.parseInt(hex ?? "0", 16)) ?? ["CARD_DRIVER_FAILED", "PC/SC failed"];
  return { code, message: `${doing}: ${words} (${text.trim()})` };
}
