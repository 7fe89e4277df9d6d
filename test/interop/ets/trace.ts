import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What went over the wire in one row, one line a message; written as it goes, so that a row that fails has it too. */
export class Trace {
  readonly file: string;
  #lines = 0;
  readonly #startedAt = performance.now();

  /** `head` are the first lines: what the row is. */
  constructor(file: string, head: readonly string[]) {
    this.file = file;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, head.map((line) => `# ${line}\n`).join(""));
  }

  /** Messages so far. */
  get lines(): number {
    return this.#lines;
  }

  /** `way` is like "device > leshan". */
  message(way: string, text: string): void {
    this.#lines += 1;
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(3);
    appendFileSync(this.file, `${seconds.padStart(8)} ${way.padEnd(20)} ${text}\n`);
  }

  note(text: string): void {
    appendFileSync(this.file, `# ${text}\n`);
  }
}
