import { toHex } from "../../util/bytes.ts";
import type { PowerEvent } from "./simulated-card.ts";

/** What passed the contacts, in order. `at` and `milliseconds` are of the injected clock. */
export type TraceEntry =
  | { readonly kind: "power"; readonly at: number; readonly event: PowerEvent }
  | { readonly kind: "command"; readonly at: number; readonly channel: number; readonly bytes: Uint8Array }
  | {
      readonly kind: "response";
      readonly at: number;
      readonly channel: number;
      readonly bytes: Uint8Array;
      /** Since the command. */
      readonly milliseconds: number;
    };

export type TraceListener = (entry: TraceEntry) => void;

/** The logical channel in the class byte, for display: -1 when there is none. */
export function traceChannel(command: Uint8Array): number {
  const cla = command[0];
  if (cla === undefined || cla === 0xff) return -1;
  return (cla & 0x40) === 0 ? cla & 0x03 : 4 + (cla & 0x0f);
}

/** `12.345 > 1 8184000020` and `12.345 < 1 (bytes)9000 2 ms`. A private key never passes the contacts. */
export function formatTraceEntry(entry: TraceEntry): string {
  const at = (entry.at / 1000).toFixed(3);
  switch (entry.kind) {
    case "power":
      return `${at} power ${entry.event}`;
    case "command":
      return `${at} > ${entry.channel} ${toHex(entry.bytes).toUpperCase()}`;
    case "response":
      return `${at} < ${entry.channel} ${toHex(entry.bytes).toUpperCase()} ${entry.milliseconds.toFixed(1)} ms`;
  }
}
