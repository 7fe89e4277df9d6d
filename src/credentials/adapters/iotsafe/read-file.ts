import { CardStatusError, isSuccess, StatusWord } from "../../../smartcard/status-word.ts";
import { concatBytes } from "../../../util/bytes.ts";
import { derSequenceLength } from "./der-length.ts";
import type { IotSafeSession } from "./iotsafe-session.ts";
import { describeSelector, encodeSelector, type ObjectSelector } from "./object-selector.ts";

/** READ FILE carries the offset in P1 and P2. */
const greatestOffset = 0xffff;

/** Applets differ in how they say that the offset lies behind the end; an empty answer is the third way. */
const endOfFile: readonly number[] = [StatusWord.wrongParameters, StatusWord.wrongFileOrOffset];

/**
 * READ FILE from its start to `size`, to the end of the DER value it begins with, or to the end of the file, whichever
 * comes first: files are padded, and what is not read costs nothing. `size`: from the object list, where it is known.
 */
export async function readFile(session: IotSafeSession, file: ObjectSelector, size?: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let read = 0;
  let wanted = size ?? greatestOffset + 1;
  while (read < wanted && read <= greatestOffset) {
    const piece = await readPiece(session, file, read);
    if (piece.length === 0) break;
    pieces.push(piece);
    if (read === 0) wanted = Math.min(wanted, derSequenceLength(piece) ?? wanted);
    read += piece.length;
  }
  return concatBytes(pieces).subarray(0, wanted);
}

/** Empty at the end of the file. */
async function readPiece(session: IotSafeSession, file: ObjectSelector, offset: number): Promise<Uint8Array> {
  const command = { ins: 0xb0, p1: offset >> 8, p2: offset & 0xff, data: encodeSelector("file", file) };
  const { data, statusWord } = await session.send(command);
  if (isSuccess(statusWord)) return data;
  if (offset > 0 && endOfFile.includes(statusWord)) return new Uint8Array(0);
  throw new CardStatusError(`READ FILE of ${describeSelector("file", file)} from byte ${offset}`, statusWord);
}
