/** For each state, what each input that it takes leads to. */
export type TransitionTable<State extends string, Input extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Input, State>>>>
>;

export interface StateTransition<State extends string> {
  readonly from: State;
  readonly to: State;
  /** For people: one clause. */
  readonly reason: string;
}

/** A small machine as data. Holds the state; a step that the table does not have is our mistake and throws RangeError. */
export class StateMachine<State extends string, Input extends string> {
  readonly #table: TransitionTable<State, Input>;
  readonly #onTransition: (transition: StateTransition<State>) => void;
  #state: State;
  #reason = "not started";

  constructor(
    table: TransitionTable<State, Input>,
    initial: State,
    onTransition: (transition: StateTransition<State>) => void,
  ) {
    this.#table = table;
    this.#state = initial;
    this.#onTransition = onTransition;
  }

  get state(): State {
    return this.#state;
  }

  /** Why the state was entered. */
  get reason(): string {
    return this.#reason;
  }

  can(input: Input): boolean {
    return this.#table[this.#state][input] !== undefined;
  }

  step(input: Input, reason: string): void {
    const from = this.#state;
    const to: State | undefined = this.#table[from][input];
    if (!to) throw new RangeError(`no step "${input}" from state "${from}"`);
    this.#state = to;
    this.#reason = reason;
    this.#onTransition({ from, to, reason });
  }
}
