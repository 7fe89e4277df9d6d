import type { AccountState } from "./account-state.ts";

export interface StateSaverOptions {
  state(): AccountState;
  /** Must not reject. */
  save(state: AccountState): Promise<void>;
}

/** Whoever saves has to save Observe numbers further ahead than this. */
const NOTIFICATIONS_A_SAVE = 500;

/** Saves the state of an account after changes: one write at a time, and one for many changes. */
export class StateSaver {
  readonly #options: StateSaverOptions;
  #isDirty = false;
  #working: Promise<void> | undefined;
  #notifications = 0;

  constructor(options: StateSaverOptions) {
    this.#options = options;
  }

  changed(): void {
    this.#isDirty = true;
    this.#working ??= this.#work();
  }

  /** The Observe numbers move on with each; not each is worth a write. */
  notified(): void {
    this.#notifications++;
    if (this.#notifications < NOTIFICATIONS_A_SAVE) return;
    this.changed();
  }

  /** Resolves when all that was changed is saved, as far as it can be. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    // Whoever says that something changes may be in the middle of changing it.
    await undefined;
    while (this.#isDirty) {
      this.#isDirty = false;
      this.#notifications = 0;
      await this.#options.save(this.#options.state());
    }
    this.#working = undefined;
  }
}
