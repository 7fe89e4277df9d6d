import { fromHex, toHex } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import type { CardService } from "./card-service.ts";
import { type Pkcs15Session, pkcs15Application } from "./uicc-application.ts";
import { readTransparentFile, type UiccPath } from "./uicc-file.ts";
import { parseDataObjectDirectory, parseObjectDirectory } from "./uicc-pkcs15.ts";

/** What a card holds under an object identifier. */
export type UiccDataObject =
  | { readonly found: true; readonly iccid?: string; readonly bytes: Uint8Array }
  /** `reason`: what on the way was not there, for people. */
  | { readonly found: false; readonly iccid?: string; readonly reason: string };

const efOdf: UiccPath = { identifiers: fromHex("5031") };

/**
 * Finds a data object through EF(ODF) and EF(DODF) of the card's PKCS #15 application and reads its file. Rejects with
 * CardTransportError, CardStatusError, DecodeError, or CodedError CARD_PIN_REQUIRED and those of CardService.
 */
export async function readUiccDataObject(
  card: CardService,
  objectIdentifier: Uint8Array,
  signal?: AbortSignal,
): Promise<UiccDataObject> {
  try {
    return await card.run(
      pkcs15Application,
      { kind: "fileRead", priority: "handshake", ...(signal && { signal }) },
      (session) => find(session, objectIdentifier),
    );
  } catch (error) {
    if (error instanceof CodedError && error.code === "UICC_NO_PKCS15") return { found: false, reason: error.message };
    throw error;
  }
}

async function find({ channel, iccid }: Pkcs15Session, objectIdentifier: Uint8Array): Promise<UiccDataObject> {
  const card = iccid === undefined ? {} : { iccid };
  const odf = await readTransparentFile(channel, efOdf);
  if (!odf) return { ...card, found: false, reason: "the PKCS #15 application has no EF(ODF) 5031" };
  const directories = parseObjectDirectory(odf);
  for (const directory of directories) {
    const dodf = await readTransparentFile(channel, directory);
    for (const path of dodf ? parseDataObjectDirectory(dodf, objectIdentifier) : []) {
      const bytes = await readTransparentFile(channel, path);
      if (bytes) return { ...card, found: true, bytes };
    }
  }
  const where = directories.map(({ identifiers }) => toHex(identifiers).toUpperCase()).join(", ") || "none";
  return {
    ...card,
    found: false,
    reason: `no data object of the identifier in the directories that EF(ODF) names: ${where}`,
  };
}
