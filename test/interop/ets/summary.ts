import { appendFileSync } from "node:fs";
import { notYet } from "./not-yet.ts";
import type { Row } from "./rows.ts";

/** What became of the rows, as it is printed at the end. */
export class Summary {
  readonly #failed: string[] = [];
  #passed = 0;

  passed(_row: Row): void {
    this.#passed += 1;
  }

  failed(row: Row): void {
    this.#failed.push(row.id);
  }

  /** `file` is what the test runner prints last; absent: standard output. */
  print(rows: readonly Row[], file: string | undefined): void {
    const text = `${this.lines(rows).join("\n")}\n`;
    if (file === undefined) process.stdout.write(text);
    else appendFileSync(file, text);
  }

  lines(rows: readonly Row[]): string[] {
    const out = rows.filter(({ notHere }) => notHere !== undefined);
    const waiting = rows.filter(({ id }) => id in notYet);
    const ours = rows.filter(({ driver }) => driver === "ours");
    return [
      ...this.#failed.map((id) => `FAILED ${id}`),
      ...out.map(({ id, title, notHere }) => `${id} ${title}: ${notHere}`),
      ...waiting.map(({ id, title }) => `${id} ${title}: ${notYet[id]}`),
      `not drivable by Leshan (${ours.length}): ${ours.map(({ id }) => id).join(" ")}`,
      `${this.#passed} passed, ${this.#failed.length} failed`,
    ];
  }
}
