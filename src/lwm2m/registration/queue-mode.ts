import type { MonotonicClock } from "../../util/time.ts";
import type { ServerInstance } from "../objects/server-instance.ts";

/** How a client in queue mode sleeps. It does when its binding has the letter Q. */
export interface QueueModePolicy {
  /** Awake after the last exchange with the server; MAX_TRANSMIT_WAIT (RFC 7252 §4.8.2), 93 s, when absent. */
  readonly awakeMs?: number;
  /** Asleep without an association: each wake-up resumes the session, or registers anew where that cannot be. */
  readonly closeAssociation?: boolean;
}

const MAX_TRANSMIT_WAIT_MS = 93_000;

/** When to sleep (OMA LwM2M Core 1.2 §6.5). */
export class QueueMode {
  readonly #server: ServerInstance;
  readonly #policy: QueueModePolicy;
  readonly #clock: MonotonicClock;
  #activeAt = 0;

  constructor(server: ServerInstance, policy: QueueModePolicy, clock: MonotonicClock) {
    this.#server = server;
    this.#policy = policy;
    this.#clock = clock;
  }

  get closesAssociation(): boolean {
    return this.#policy.closeAssociation ?? false;
  }

  /** Something was sent or received: the awake time begins anew. */
  active(): void {
    this.#activeAt = this.#clock.now();
  }

  /** MonotonicClock milliseconds; undefined: never, as the binding is now. */
  get sleepAt(): number | undefined {
    const { awakeMs = MAX_TRANSMIT_WAIT_MS } = this.#policy;
    return this.#server.settings.binding.includes("Q") ? this.#activeAt + awakeMs : undefined;
  }
}
