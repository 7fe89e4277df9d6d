import { StateMachine, type StateTransition, type TransitionTable } from "../../util/state-machine.ts";
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

/** OMA LwM2M Core 1.2 §6.2 for one server. `forgotten`: the server no longer knows the registration. */
const transitions: TransitionTable<ServerAccountState, RegistrationInput> = {
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

export type Transition = StateTransition<ServerAccountState>;

/** Where a server account stands; starts out stopped. */
export class RegistrationMachine extends StateMachine<ServerAccountState, RegistrationInput> {
  constructor(onTransition: (transition: Transition) => void) {
    super(transitions, "stopped", onTransition);
  }
}
