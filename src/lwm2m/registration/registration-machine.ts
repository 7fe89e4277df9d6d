import { StateMachine, type StateTransition, type TransitionTable } from "../../util/state-machine.ts";
import type { ServerAccountState } from "../server-account-event.ts";

/** What moves a server account from one state to the next. */
export type RegistrationInput =
  | "start"
  /** There is an association, and the server does not know us over it. */
  | "connected"
  /** There is an association in the security context of the registration. */
  | "resumed"
  | "registered"
  | "update"
  | "updated"
  /** The server no longer knows the registration. */
  | "forgotten"
  | "lost"
  | "failed"
  /** All attempts are used up, or the server will not have us. */
  | "give-up"
  | "retry"
  | "sleep"
  | "wake"
  /** The server had something to say while we slept. */
  | "woken"
  | "disable"
  | "offline"
  | "stop"
  | "gone";

/** OMA LwM2M Core 1.2 §6.2 for one server. */
const transitions: TransitionTable<ServerAccountState, RegistrationInput> = {
  stopped: { start: "connecting" },
  connecting: {
    connected: "registering",
    resumed: "updating",
    failed: "waiting",
    "give-up": "given-up",
    offline: "offline",
    stop: "stopped",
  },
  registering: {
    registered: "registered",
    failed: "waiting",
    "give-up": "given-up",
    offline: "offline",
    stop: "stopped",
  },
  registered: {
    update: "updating",
    forgotten: "registering",
    lost: "connecting",
    sleep: "asleep",
    disable: "deregistering",
    offline: "offline",
    stop: "deregistering",
  },
  updating: {
    updated: "registered",
    forgotten: "registering",
    lost: "connecting",
    offline: "offline",
    stop: "deregistering",
  },
  asleep: {
    wake: "updating",
    woken: "registered",
    retry: "connecting",
    disable: "deregistering",
    offline: "offline",
    stop: "deregistering",
  },
  waiting: { retry: "connecting", connected: "registering", offline: "offline", stop: "stopped" },
  "given-up": { retry: "connecting", offline: "offline", stop: "stopped" },
  offline: { retry: "connecting", stop: "stopped" },
  deregistering: { gone: "stopped", disable: "disabled" },
  disabled: { retry: "connecting", offline: "offline", stop: "stopped" },
};

export type Transition = StateTransition<ServerAccountState>;

/** Where a server account stands; starts out stopped. */
export class RegistrationMachine extends StateMachine<ServerAccountState, RegistrationInput> {
  constructor(onTransition: (transition: Transition) => void) {
    super(transitions, "stopped", onTransition);
  }
}
