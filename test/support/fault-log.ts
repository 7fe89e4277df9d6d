import { inspect } from "node:util";
import type { LogFields, Logger } from "../../src/util/log.ts";

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that keeps everything, of every level. */
export class RecordingLog implements Logger {
  readonly lines: LogLine[] = [];

  debug = this.#keeper("debug");
  info = this.#keeper("info");
  warn = this.#keeper("warn");
  error = this.#keeper("error");

  /** What an operator sees without asking for more, as one text a line. */
  get complaints(): readonly string[] {
    return this.lines
      .filter(({ level }) => level === "warn" || level === "error")
      .map(({ message, fields }) => `${message} ${fields.code ?? ""} ${fields.reason ?? fields.error ?? ""}`);
  }

  get text(): string {
    return inspect(this.lines, { depth: null, maxStringLength: null, maxArrayLength: null });
  }

  #keeper(level: LogLine["level"]) {
    return (message: string, fields: LogFields = {}): void => void this.lines.push({ level, message, fields });
  }
}
