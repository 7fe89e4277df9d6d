import pino from "pino";
import type { LogFields, Logger } from "../util/log.ts";

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Somewhere lines go: process.stderr, or a list in a test. */
export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** One JSON object a line, for machines; on a terminal a line that people read. */
export function createLogger(level: LogLevel, output: LogOutput): Logger {
  const write = output.isTTY ? (line: string) => output.write(humanLine(line)) : (line: string) => output.write(line);
  const base = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  const log =
    (name: Exclude<LogLevel, "silent">) =>
    (message: string, fields: LogFields = {}) =>
      base[name](fields, message);
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}

/** `12:34:56.789 warn  message  key=value`. */
export function humanLine(json: string): string {
  const { level, time, msg, ...fields }: Record<string, unknown> = JSON.parse(json);
  const rest = Object.entries(fields).map(([key, value]) => `  ${key}=${String(value)}`);
  return `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${String(msg)}${rest.join("")}\n`;
}
