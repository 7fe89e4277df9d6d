import { createWriteStream } from "node:fs";
import { formatTraceEntry, type TraceListener } from "./apdu-trace.ts";

/** An APDU trace that goes line by line to a file, appended and readable for the owner alone. */
export interface TraceFile {
  readonly listener: TraceListener;
  close(): Promise<void>;
}

/** `failed` hears of it once when the file can't be written; the card goes on without a trace. */
export function openTraceFile(path: string, failed: (error: Error) => void): TraceFile {
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  const closed = new Promise<void>((resolve) => stream.once("close", resolve));
  stream.once("error", failed);
  return {
    listener: (entry) => void (stream.destroyed || stream.write(`${formatTraceEntry(entry)}\n`)),
    close: () => {
      stream.end();
      return closed;
    },
  };
}
