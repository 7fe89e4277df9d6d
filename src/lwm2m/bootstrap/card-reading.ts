import { sha256 } from "../../crypto/hash.ts";
import { CardTransportError } from "../../smartcard/card-transport-error.ts";
import type { UiccDataObject } from "../../smartcard/uicc-data-object.ts";
import { fromHex, toHex } from "../../util/bytes.ts";
import { describeError } from "../../util/coded-error.ts";
import type { CardOrigin } from "./saved-bootstrap.ts";

/** The object identifier of LwM2M bootstrap data on a UICC, 2.23.43.9.1 (OMA LwM2M Core 1.2 appendix G). */
export const bootstrapObjectIdentifier = fromHex("672b0901");

/** Reads the bootstrap file of the device's card; `readUiccDataObject` with the identifier above is one. */
export type ReadCard = (signal: AbortSignal) => Promise<UiccDataObject>;

/** What the card says now. */
export type CardReading =
  | { readonly kind: "data"; readonly bytes: Uint8Array; readonly origin: Omit<CardOrigin, "instances"> }
  /** A card without bootstrap data, or no card in the reader. */
  | { readonly kind: "nothing"; readonly reason: string }
  /** The way to the card failed, or the card refused: no reason to give an account up. */
  | { readonly kind: "unknown"; readonly reason: string };

/** Never rejects. */
export async function takeReading(read: ReadCard, signal: AbortSignal): Promise<CardReading> {
  try {
    const found = await readAgainIfRemoved(read, signal);
    if (!found.found) return { kind: "nothing", reason: found.reason };
    const { bytes, iccid } = found;
    return { kind: "data", bytes, origin: { ...(iccid !== undefined && { iccid }), digest: toHex(sha256(bytes)) } };
  } catch (error) {
    const isAway = error instanceof CardTransportError && ["CARD_ABSENT", "CARD_REMOVED"].includes(error.code);
    return { kind: isAway ? "nothing" : "unknown", reason: describeError(error) };
  }
}

/** One that was pulled may have a successor in the reader: who asks again is told. */
async function readAgainIfRemoved(read: ReadCard, signal: AbortSignal): Promise<UiccDataObject> {
  try {
    return await read(signal);
  } catch (error) {
    if (!(error instanceof CardTransportError) || error.code !== "CARD_REMOVED" || signal.aborted) throw error;
    return read(signal);
  }
}

/** The same card with the same data. */
export function isSameCard(origin: CardOrigin, reading: CardReading): boolean {
  return reading.kind === "data" && reading.origin.digest === origin.digest && reading.origin.iccid === origin.iccid;
}
