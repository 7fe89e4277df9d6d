import { ByteReader, concatBytes, toHex } from "../util/bytes.ts";
import { CodedError, DecodeError } from "../util/coded-error.ts";
import { readTlv, type Tlv } from "./ber-tlv.ts";
import type { LogicalChannel } from "./logical-channel.ts";
import { CardStatusError, isSuccess, StatusWord } from "./status-word.ts";

/** Where a file is: 2-byte file identifiers, from the MF when the first is 3F00, otherwise from the application. */
export interface UiccPath {
  readonly identifiers: Uint8Array;
  /** Only this part of the file counts (PKCS #15 v1.1 §6.1.5). */
  readonly index?: number;
  readonly length?: number;
}

const securityStatusNotSatisfied = 0x6982;
const endOfFileReached = 0x6282;
const recordNotFound = 0x6a83;
const wrongOffset = 0x6b00;

/** READ BINARY reaches 15 bits of offset (ISO 7816-4 §11.3.3). */
const GREATEST_SIZE = 0x8000;
const LARGEST_PIECE = 255;
const MOST_RECORDS = 254;

/**
 * The content of a transparent file, undefined when there is no such file. Rejects with CodedError CARD_PIN_REQUIRED when
 * the file is behind a PIN (which is never guessed), with CardStatusError for another refusal.
 */
export async function readTransparentFile(channel: LogicalChannel, path: UiccPath): Promise<Uint8Array | undefined> {
  const parameters = await selectFile(channel, path);
  if (parameters === undefined) return undefined;
  const { index = 0 } = path;
  const known = parameters.size === undefined ? GREATEST_SIZE : Math.min(parameters.size, GREATEST_SIZE);
  const end = path.length === undefined ? known : Math.min(known, index + path.length);
  return readBinary(channel, index, end, fileName(path));
}

/** The records of a linear fixed file; undefined when there is no such file. Rejects as `readTransparentFile` does. */
export async function readRecords(channel: LogicalChannel, path: UiccPath): Promise<Uint8Array[] | undefined> {
  if ((await selectFile(channel, path)) === undefined) return undefined;
  const records: Uint8Array[] = [];
  for (let number = 1; number <= MOST_RECORDS; number++) {
    const { data, statusWord } = await channel.send({ class: "interindustry", ins: 0xb2, p1: number, p2: 4, le: 256 });
    if (statusWord === recordNotFound || statusWord === StatusWord.notFound) break;
    if (!isSuccess(statusWord)) throw refused(`READ RECORD ${number} of ${fileName(path)}`, statusWord);
    records.push(data);
  }
  return records;
}

/** What a file's control parameters (ETSI TS 102 221 §11.1.1.3) say; a card need not give any. */
interface FileControlParameters {
  /** Bytes. */
  readonly size?: number;
}

async function selectFile(channel: LogicalChannel, path: UiccPath): Promise<FileControlParameters | undefined> {
  const data = pathFromRoot(path.identifiers);
  // The MF alone is no file.
  if (data.length === 0) return undefined;
  const command = { class: "interindustry", ins: 0xa4, p1: 0x08, p2: 0x04, data, le: 256 } as const;
  const { data: answer, statusWord } = await channel.send(command);
  if (statusWord === StatusWord.notFound) return undefined;
  if (!isSuccess(statusWord)) throw refused(`SELECT of ${fileName(path)}`, statusWord);
  return controlParameters(answer);
}

/** SELECT by path begins below the MF; 7FFF stands for the application that is selected (TS 102 221 §8.3). */
function pathFromRoot(identifiers: Uint8Array): Uint8Array {
  const first = toHex(identifiers.subarray(0, 2));
  if (first === "3f00") return identifiers.subarray(2);
  return first === "7fff" ? identifiers : concatBytes([Uint8Array.of(0x7f, 0xff), identifiers]);
}

async function readBinary(channel: LogicalChannel, from: number, to: number, name: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let at = from; at < to; ) {
    const le = Math.min(LARGEST_PIECE, to - at);
    const command = { class: "interindustry", ins: 0xb0, p1: at >> 8, p2: at & 0xff, le } as const;
    const { data, statusWord } = await channel.send(command);
    const isEnd = statusWord === endOfFileReached || (statusWord === wrongOffset && at > from);
    if (!isSuccess(statusWord) && !isEnd) throw refused(`READ BINARY of ${name} from byte ${at}`, statusWord);
    pieces.push(data);
    at += data.length;
    if (isEnd || data.length === 0) break;
  }
  return concatBytes(pieces).subarray(0, to - from);
}

function controlParameters(answer: Uint8Array): FileControlParameters {
  try {
    const template = readAll(answer, "file control parameters").find(({ tag }) => tag === 0x62);
    const fields = template ? readAll(template.value, "file control parameters") : [];
    const size = fields.find(({ tag }) => tag === 0x80)?.value;
    return size && size.length >= 1 && size.length <= 3 ? { size: number(size) } : {};
  } catch (error) {
    // Parameters that cannot be read say nothing; the file is then read to its end.
    if (error instanceof DecodeError) return {};
    throw error;
  }
}

/** Every data object; throws DecodeError. */
export function readAll(bytes: Uint8Array, what: string): Tlv[] {
  const reader = new ByteReader(bytes, what);
  const found: Tlv[] = [];
  while (reader.remaining > 0) found.push(readTlv(reader));
  return found;
}

function number(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 0x100 + byte, 0);
}

function refused(what: string, statusWord: number): CodedError {
  if (statusWord !== securityStatusNotSatisfied) return new CardStatusError(what, statusWord);
  return new CodedError("CARD_PIN_REQUIRED", `${what}: the card wants a PIN first (6982); switch the SIM's PIN off`);
}

function fileName({ identifiers }: UiccPath): string {
  return `file ${toHex(identifiers).toUpperCase()}`;
}
