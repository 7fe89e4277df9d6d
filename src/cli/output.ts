import { CodedError, describeError } from "../util/coded-error.ts";

/** Somewhere text goes; process.stdout and process.stderr are two. */
export interface TextSink {
  write(text: string): unknown;
}

/** The one place that decides between text for people and one JSON document for machines. */
export class Output {
  readonly json: boolean;
  readonly #out: TextSink;
  readonly #err: TextSink;

  constructor(json: boolean, out: TextSink = process.stdout, err: TextSink = process.stderr) {
    this.json = json;
    this.#out = out;
    this.#err = err;
  }

  /** What a command found: printed once, at its end. */
  result(document: unknown, text: () => string): void {
    this.#out.write(this.json ? `${JSON.stringify(document, undefined, 2)}\n` : `${text()}\n`);
  }

  /** What is happening now; machines do not hear of it. */
  step(text: string): void {
    if (!this.json) this.#out.write(`${text}\n`);
  }

  /** With `--json` an error is a document too, so that stdout always parses. */
  failure(error: unknown): void {
    if (!this.json) {
      this.#err.write(`lwm2m-safe: ${describeError(error)}\n`);
      return;
    }
    const code = error instanceof CodedError ? error.code : "UNEXPECTED";
    this.#out.write(`${JSON.stringify({ error: { code, message: describeError(error) } }, undefined, 2)}\n`);
  }
}
