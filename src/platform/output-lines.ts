import { readFile } from "node:fs/promises";
import { setInterval } from "node:timers";

const LOOK_EVERY_MS = 500;

/** Lines of a file that grows, each once. */
export class OutputLines {
  readonly #path: string;
  readonly #onLine: (line: string) => void;
  readonly #timer: NodeJS.Timeout;
  #seen = 0;
  #looking: Promise<void> = Promise.resolve();

  constructor(path: string, onLine: (line: string) => void) {
    this.#path = path;
    this.#onLine = onLine;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** Resolves when every line was given. */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    this.#look();
    await this.#looking;
  }

  #look(): void {
    this.#looking = this.#looking.then(async () => {
      const text = await readFile(this.#path, "utf8").catch(() => "");
      const lines = text.split("\n").slice(0, -1);
      for (const line of lines.slice(this.#seen)) this.#onLine(line);
      this.#seen = Math.max(this.#seen, lines.length);
    });
  }
}
