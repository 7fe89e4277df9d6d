/** When a process is killed: before its step of that number (from 1 on) takes effect, or after that and before it learns so. */
export interface Death {
  readonly at: number;
  readonly moment: "before" | "after";
}

/** A process that is killed at one of its steps, as by SIGKILL: from then on none of its calls takes effect or returns. */
export class MortalProcess {
  /** What it did to the disk, in order. */
  readonly steps: string[] = [];
  #death: Death | undefined;
  readonly #ends: (() => void)[] = [];
  #dead = false;

  get dead(): boolean {
    return this.#dead;
  }

  /** It will die, counted from here on. */
  doom({ at, moment }: Death): void {
    this.#death = { at: this.steps.length + at, moment };
  }

  /** Called at its death. */
  onDeath(end: () => void): void {
    this.#ends.push(end);
  }

  kill(): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const end of this.#ends) end();
  }

  /** A call that changes nothing. */
  async alive<T>(effect: () => T | Promise<T>): Promise<T> {
    if (this.#dead) return never();
    return effect();
  }

  async step<T>(text: string, effect: () => T | Promise<T>): Promise<T> {
    if (this.#dead) return never();
    this.steps.push(text);
    const dies = this.steps.length === this.#death?.at ? this.#death.moment : undefined;
    if (dies === "before") return this.#die();
    const result = await effect();
    return dies === "after" ? this.#die() : result;
  }

  #die<T>(): Promise<T> {
    this.kill();
    return never();
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => {});
}
