import { CodedError } from "../../util/coded-error.ts";

/**
 * How long the card takes: work by INS, and the bytes on its contacts.
 *
 * Nobody publishes figures for an IoT SAFE applet on a SIM; these come from what is measured on contact Java Cards
 * (256-bit ECDSA: 145 to 175 ms to sign, 138 to 228 ms to verify; scalar multiplication 123 to 266 ms) and from the
 * arithmetic of T=0 at 4 MHz: 48 µs a byte with F/D 512/32, 1.1 ms with 372/1.
 */
export interface Latency {
  readonly byteMs: number;
  readonly commandMs: number;
  /** By INS. */
  readonly workMs: ReadonlyMap<number, number>;
}

export type LatencyChoice = "fast" | "median" | "slow" | number;

const Ins = { signatureUpdate: 0x2b, verifyUpdate: 0x2d, generate: 0xb9 } as const;

/** A signature, with INIT, UPDATE, GET RESPONSE and close, comes to about 165 ms (median) and 345 ms (slow). */
const presets = {
  fast: { byteMs: 0, commandMs: 0, workMs: work(0, 0, 0) },
  median: { byteMs: 0.048, commandMs: 2, workMs: work(150, 200, 200) },
  // Two seconds to generate: what one host waits for it.
  slow: { byteMs: 1.1, commandMs: 5, workMs: work(175, 228, 2000) },
};

function work(signMs: number, verifyMs: number, generateMs: number): ReadonlyMap<number, number> {
  return new Map([
    [Ins.signatureUpdate, signMs],
    [Ins.verifyUpdate, verifyMs],
    [Ins.generate, generateMs],
  ]);
}

/** A number is the time of one signature, verification or key generation in milliseconds; all else is free then. */
export function latencyOf(choice: LatencyChoice): Latency {
  return typeof choice === "number"
    ? { byteMs: 0, commandMs: 0, workMs: work(choice, choice, choice) }
    : presets[choice];
}

/** Takes `fast`, `median`, `slow` or milliseconds. Throws CodedError "BAD_LATENCY". */
export function parseLatency(text: string): LatencyChoice {
  if (text === "fast" || text === "median" || text === "slow") return text;
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new CodedError("BAD_LATENCY", `card latency: fast, median, slow or milliseconds expected, got "${text}"`);
}

/** `fixedMs` by INS in two hexadecimal digits goes before the preset's work and bytes. */
export function delayMs(
  latency: Latency,
  command: Uint8Array,
  responseLength: number,
  fixedMs: Readonly<Record<string, number>>,
): number {
  const ins = command[1] ?? 0;
  const fixed = fixedMs[ins.toString(16).toUpperCase().padStart(2, "0")];
  if (fixed !== undefined) return fixed;
  const bytes = command.length + responseLength;
  return latency.commandMs + bytes * latency.byteMs + (latency.workMs.get(ins) ?? 0);
}
