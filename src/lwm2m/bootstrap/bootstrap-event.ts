import type { Accounts } from "./accounts.ts";
import type { BootstrapWay } from "./bootstrap-attempt.ts";
import type { BootstrapTransition } from "./bootstrap-machine.ts";

/** What happens in bootstrap, in order. `reason` is for people: one clause. */
export type BootstrapEvent =
  | ({ readonly type: "transition" } & BootstrapTransition)
  /** The accounts are these now: register with those that are new or changed, leave those that are gone. */
  | { readonly type: "accounts"; readonly accounts: Accounts; readonly reason: string }
  | { readonly type: "bootstrapped"; readonly way: BootstrapWay; readonly milliseconds: number }
  /** Nothing changed; `milliseconds` until the next attempt. */
  | { readonly type: "failed"; readonly reason: string; readonly error: Error; readonly milliseconds: number }
  /** Accounts whose registration had failed are to be tried again from the beginning. */
  | { readonly type: "resume"; readonly reason: string };
