import type { NotificationAttributes } from "../data-model/notification-attributes.ts";
import { asksForNotification, effectivePeriods, hasLimit, type Sample } from "./notification-rule.ts";

/** One path of an observation: judged by its own attributes against what the server knows of it. */
export class ObservedPart {
  #notified: Sample;
  #previous: Sample;
  #asked = false;

  /** `first` is what the answer to the Observe request carried. */
  constructor(first: Sample) {
    this.#notified = first;
    this.#previous = first;
  }

  /** What the server was told last. */
  get notified(): Sample {
    return this.#notified;
  }

  look(current: Sample, attributes: NotificationAttributes): void {
    const samples = { previous: this.#previous, notified: this.#notified, current };
    // A limit crossed within pmin stays to be reported; a mere difference may be gone again by its end.
    this.#asked = (this.#asked && hasLimit(attributes)) || asksForNotification(attributes, samples);
    this.#previous = current;
  }

  told(current: Sample): void {
    this.#notified = current;
    this.#asked = false;
  }

  /** Milliseconds after the last notification at which the next is due as things are; undefined: none is. */
  dueAfterMs(attributes: NotificationAttributes): number | undefined {
    const { minimum, maximum } = effectivePeriods(attributes);
    const period = this.#asked ? minimum : maximum;
    return period === undefined ? undefined : 1000 * period;
  }
}
