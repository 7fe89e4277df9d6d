import type { TransitionTable } from "../../util/state-machine.ts";

/** Update State (/9/x/7): the place in the list is the number. */
export const softwareStates = ["initial", "downloading", "downloaded", "delivered", "installed"] as const;

export type SoftwareState = (typeof softwareStates)[number];

export type SoftwareInput =
  /** A package is on its way. */
  | "begin"
  /** It is whole, and one of ours. */
  | "delivered"
  /** It cannot be had, or it is none of ours. */
  | "undelivered"
  | "installed"
  /** The software is gone, or makes room for its next version. */
  | "removed";

/**
 * The package installation state machine of OMA LwM2M SWMGMT 1.0 §5.1.2. Downloaded is passed through at once: what is
 * whole is looked at before servers hear of it.
 */
export const softwareTransitions: TransitionTable<SoftwareState, SoftwareInput> = {
  initial: { begin: "downloading" },
  downloading: { delivered: "delivered", undelivered: "initial", removed: "initial" },
  downloaded: { delivered: "delivered", undelivered: "initial", removed: "initial" },
  delivered: { installed: "installed", undelivered: "initial", removed: "initial" },
  installed: { removed: "initial" },
};
