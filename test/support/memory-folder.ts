import type { DurableFolder } from "../../src/platform/durable-folder.ts";

type Files = ReadonlyMap<string, Uint8Array>;

/** The power went. */
export class PowerCut extends Error {}

/**
 * A folder in memory that loses power after a given number of steps. Renames and removals that were not flushed may be
 * there afterwards or not, one by one: `afterCrash` gives every folder that a restart could find.
 */
export class MemoryFolder implements DurableFolder {
  readonly path = "/state";
  /** What was done, for a recorder. */
  readonly steps: string[] = [];
  #disk: Files;
  #pending: ((files: Map<string, Uint8Array>) => void)[] = [];
  #stepsLeft: number;

  constructor(files: Files = new Map(), stepsLeft = Number.POSITIVE_INFINITY) {
    this.#disk = files;
    this.#stepsLeft = stepsLeft;
  }

  /** A step was wanted that was not done any more. */
  get isWithoutPower(): boolean {
    return this.#stepsLeft < 0;
  }

  get files(): Files {
    return applied(this.#disk, this.#pending);
  }

  get afterCrash(): readonly Files[] {
    const subsets = Array.from({ length: 2 ** this.#pending.length }, (_, mask) =>
      this.#pending.filter((_step, i) => (mask >> i) & 1),
    );
    return subsets.map((subset) => applied(this.#disk, subset));
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.files.get(name);
  }

  async create(name: string, content: Uint8Array): Promise<void> {
    this.#step(`create ${name}`);
    this.#disk = new Map([...this.#disk, [name, content]]);
  }

  async rename(from: string, to: string): Promise<boolean> {
    if (!this.files.has(from)) return false;
    this.#step(`rename ${from} ${to}`);
    this.#pending.push((files) => {
      const content = files.get(from);
      if (content) files.set(to, content);
      files.delete(from);
    });
    return true;
  }

  async remove(name: string): Promise<void> {
    this.#step(`remove ${name}`);
    this.#pending.push((files) => void files.delete(name));
  }

  async flush(): Promise<void> {
    this.#step("flush");
    this.#disk = this.files;
    this.#pending = [];
  }

  #step(text: string): void {
    if (this.#stepsLeft-- <= 0) throw new PowerCut("the power went");
    this.steps.push(text);
  }
}

function applied(files: Files, changes: readonly ((files: Map<string, Uint8Array>) => void)[]): Files {
  const result = new Map(files);
  for (const change of changes) change(result);
  return result;
}
