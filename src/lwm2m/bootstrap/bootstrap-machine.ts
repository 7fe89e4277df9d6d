import { StateMachine, type StateTransition, type TransitionTable } from "../../util/state-machine.ts";
/** Where bootstrap is. Exactly one at a time. */
export type BootstrapState =
  | "stopped"
  | "reading-card"
  | "using-factory"
  /** There are server accounts; registration is at work. */
  | "registering"
  /** /0/x/11 before a client-initiated bootstrap. */
  | "holding-off"
  | "bootstrapping"
  /** After a bootstrap that failed. */
  | "backing-off"
  /** No server account, and nobody to ask for one. */
  | "unconfigured";

export type BootstrapInput =
  | "start"
  /** There are server accounts now. */
  | "accounts"
  /** There is a bootstrap account and no server account. */
  | "bootstrap-account"
  | "nothing"
  /** Registration, or a bootstrap, failed. */
  | "failed"
  /** A server executed /1/x/9, or a person asked. */
  | "triggered"
  | "due"
  | "finished"
  /** What had failed to register has registered. */
  | "registered"
  | "card-changed"
  | "stop";

/** The order of OMA LwM2M Core 1.2 §6.1.4: smart card, factory, registration, client-initiated bootstrap. */
const transitions: TransitionTable<BootstrapState, BootstrapInput> = {
  stopped: { start: "reading-card" },
  "reading-card": {
    accounts: "registering",
    "bootstrap-account": "holding-off",
    nothing: "using-factory",
    stop: "stopped",
  },
  "using-factory": {
    accounts: "registering",
    "bootstrap-account": "holding-off",
    nothing: "unconfigured",
    stop: "stopped",
  },
  registering: { failed: "holding-off", triggered: "bootstrapping", "card-changed": "reading-card", stop: "stopped" },
  "holding-off": {
    due: "bootstrapping",
    triggered: "bootstrapping",
    registered: "registering",
    "card-changed": "reading-card",
    stop: "stopped",
  },
  bootstrapping: {
    finished: "registering",
    failed: "backing-off",
    registered: "registering",
    "card-changed": "reading-card",
    stop: "stopped",
  },
  "backing-off": {
    due: "bootstrapping",
    triggered: "bootstrapping",
    registered: "registering",
    "card-changed": "reading-card",
    stop: "stopped",
  },
  unconfigured: { "card-changed": "reading-card", stop: "stopped" },
};

export type BootstrapTransition = StateTransition<BootstrapState>;

/** Where a bootstrap stands; starts out stopped. */
export class BootstrapMachine extends StateMachine<BootstrapState, BootstrapInput> {
  constructor(onTransition: (transition: BootstrapTransition) => void) {
    super(transitions, "stopped", onTransition);
  }
}
