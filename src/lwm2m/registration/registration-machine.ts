import type { ServerAccountState } from "../server-account-event.ts";

/** What moves a server account from one state to the next. */
export type RegistrationInput =
  | "start"
  | "connected"
  | "registered"
  | "update"
  | "updated"
  | "forgotten"
  | "lost"
  | "failed"
  | "retry"
  | "disable"
  | "stop"
  | "gone";

type Transitions = Readonly<Record<ServerAccountState, Partial<Record<RegistrationInput, ServerAccountState>>>>;

/** OMA LwM2M Core 1.2 §6.2 for one server. `forgotten`: the server no longer knows the registration. */
const transitions: Transitions = {
  stopped: { start: "connecting" },
  connecting: { connected: "registering", failed: "waiting", stop: "stopped" },
  registering: { registered: "registered", failed: "waiting", stop: "stopped" },
  registered: {
    update: "updating",
    forgotten: "registering",
    lost: "connecting",
    disable: "deregistering",
    stop: "deregistering",
  },
  updating: { updated: "registered", forgotten: "registering", lost: "connecting", stop: "deregistering" },
  waiting: { retry: "connecting", connected: "registering", stop: "stopped" },
  deregistering: { gone: "stopped", disable: "disabled" },
  disabled: { retry: "connecting", stop: "stopped" },
};

export interface Transition {
  readonly from: ServerAccountState;
  readonly to: ServerAccountState;
  readonly reason: string;
}

/** Holds the state; a step that the table does not have is our mistake and throws. */
export class RegistrationMachine {
  readonly #onTransition: (transition: Transition) => void;
  #state: ServerAccountState = "stopped";
  #reason = "not started";

  constructor(onTransition: (transition: Transition) => void) {
    this.#onTransition = onTransition;
  }

  get state(): ServerAccountState {
    return this.#state;
  }

  /** Why the state was entered. */
  get reason(): string {
    return this.#reason;
  }

  step(input: RegistrationInput, reason: string): void {
    const from = this.#state;
    const to = transitions[from][input];
    if (!to) throw new RangeError(`no step "${input}" from state "${from}"`);
    this.#state = to;
    this.#reason = reason;
    this.#onTransition({ from, to, reason });
  }
}
