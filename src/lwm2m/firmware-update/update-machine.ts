import type { TransitionTable } from "../../util/state-machine.ts";

/** State (/5/0/3): the place in the list is the number. */
export const updateStates = ["idle", "downloading", "downloaded", "updating"] as const;

export type UpdateState = (typeof updateStates)[number];

export type UpdateInput =
  /** A package is on its way. */
  | "begin"
  /** It is whole, and one of ours. */
  | "delivered"
  /** It cannot be had, or it is none of ours. */
  | "undelivered"
  /** A server resets or cancels. */
  | "dropped"
  /** A server executes Update. */
  | "install"
  | "installed"
  /** The package is still there: the server may try again. */
  | "notInstalled"
  /** It failed, and the package is gone. */
  | "spoilt";

/** The firmware update state machine (OMA LwM2M Core 1.2 §E.6). */
export const updateTransitions: TransitionTable<UpdateState, UpdateInput> = {
  idle: { begin: "downloading" },
  downloading: { delivered: "downloaded", undelivered: "idle", dropped: "idle" },
  downloaded: { install: "updating", dropped: "idle", undelivered: "idle" },
  updating: { installed: "idle", notInstalled: "downloaded", spoilt: "idle" },
};
