import type { MonotonicClock } from "../../util/time.ts";
import type { Registration } from "./registration.ts";
import { updateDelayMs } from "./update-delay.ts";

/** A registration and the times that keep it alive. Times are MonotonicClock milliseconds. */
export class KeptRegistration {
  readonly registration: Registration;
  readonly registeredAt: number;
  readonly #clock: MonotonicClock;
  #acceptedAt: number;

  constructor(registration: Registration, clock: MonotonicClock) {
    this.registration = registration;
    this.registeredAt = clock.now();
    this.#clock = clock;
    this.#acceptedAt = this.registeredAt;
  }

  /** An Update was accepted. */
  renewed(): void {
    this.#acceptedAt = this.#clock.now();
  }

  /** Undefined: the registration never ends. */
  get nextUpdateAt(): number | undefined {
    const delay = updateDelayMs(this.registration.lifetime);
    return delay === undefined ? undefined : this.#acceptedAt + delay;
  }

  get hasExpired(): boolean {
    const { lifetime } = this.registration;
    return lifetime > 0 && this.#clock.now() >= this.#acceptedAt + 1000 * lifetime;
  }
}
