import type { TraceEntry } from "../card/apdu-trace.ts";

/** What passed the card's contacts, counted at the card: the agent's own count must come to the same. */
export interface TraceFigures {
  readonly signatures: number;
  readonly keyGenerations: number;
  readonly fileReads: number;
  readonly apdus: number;
}

const Ins = { readFile: 0xb0, signatureUpdate: 0x2b, generateKeyPair: 0xb9, manageChannel: 0x70 } as const;
const closeChannel = 0x80;

/** Counts by instruction bytes. A file is read from offset 0 on; the channel is closed outside of any operation. */
export function traceFigures(entries: readonly TraceEntry[]): TraceFigures {
  const commands = entries.flatMap((entry) => (entry.kind === "command" ? [entry.bytes] : []));
  const count = (matches: (bytes: Uint8Array) => boolean): number => commands.filter(matches).length;
  return {
    signatures: count((bytes) => bytes[1] === Ins.signatureUpdate),
    keyGenerations: count((bytes) => bytes[1] === Ins.generateKeyPair),
    fileReads: count((bytes) => bytes[1] === Ins.readFile && bytes[2] === 0 && bytes[3] === 0),
    apdus: count((bytes) => !(bytes[1] === Ins.manageChannel && bytes[2] === closeChannel)),
  };
}
