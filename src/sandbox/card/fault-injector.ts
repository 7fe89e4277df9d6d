import { CardTransportError } from "../../smartcard/card-transport-error.ts";
import { concatBytes } from "../../util/bytes.ts";
import { twoBytes } from "./object-coding.ts";
import type { PowerEvent, SimulatedCard } from "./simulated-card.ts";

/** What goes wrong with one command. `after`: the card has done the work, and the answer is lost. */
export type Fault =
  /** Out of the reader; back at once unless `stays`, then until insert(). */
  | { readonly kind: "pulled"; readonly after?: boolean; readonly stays?: boolean }
  | { readonly kind: "reset"; readonly after?: boolean }
  /** No answer, until release() or the next power event. */
  | { readonly kind: "mute"; readonly after?: boolean }
  /** Another status word, without data. */
  | { readonly kind: "status"; readonly status: number; readonly after?: boolean }
  /** The card's own answer, `by` bytes longer (zeros) or shorter, the status word kept. */
  | { readonly kind: "length"; readonly by: number }
  /** Any bytes at all instead of the answer. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly after?: boolean };

/** Asked before each command; `index` counts commands from 0. */
export type FaultPlan = (index: number, command: Uint8Array) => Fault | undefined;

/** A card that fails on purpose, at the commands that the plan names. */
export class FaultInjector implements SimulatedCard {
  readonly #card: SimulatedCard;
  #plan: FaultPlan;
  #count = 0;
  #present = true;
  #mute: ((error: CardTransportError) => void)[] = [];

  constructor(card: SimulatedCard, plan: FaultPlan = () => undefined) {
    this.#card = card;
    this.#plan = plan;
  }

  get atr(): Uint8Array {
    return this.#card.atr;
  }

  get present(): boolean {
    return this.#present && this.#card.present;
  }

  /** Commands so far, faulty ones included. */
  get commands(): number {
    return this.#count;
  }

  /** Another plan from now on; commands are counted from 0 again. */
  replan(plan: FaultPlan): void {
    this.#plan = plan;
    this.#count = 0;
  }

  /** Takes the card out between two commands. */
  pull(): void {
    this.#present = false;
    this.power("off");
  }

  insert(): void {
    this.#present = true;
  }

  /** Ends the silence: mute commands fail. */
  release(): void {
    for (const fail of this.#mute.splice(0)) fail(new CardTransportError("CARD_MUTE", "the card gave no answer"));
  }

  power(event: PowerEvent): void {
    this.release();
    this.#card.power(event);
  }

  async exchange(command: Uint8Array): Promise<Uint8Array> {
    if (!this.present) throw new CardTransportError("CARD_ABSENT", "no card in the reader");
    const fault = this.#plan(this.#count++, command);
    if (fault === undefined) return this.#card.exchange(command);
    if (fault.kind === "length") return resize(await this.#card.exchange(command), fault.by);
    if (fault.after) await this.#card.exchange(command);
    return this.#fail(fault);
  }

  #fail(fault: Exclude<Fault, { kind: "length" }>): Promise<Uint8Array> | Uint8Array {
    switch (fault.kind) {
      case "pulled":
        this.#present = fault.stays !== true;
        this.power("off");
        throw new CardTransportError("CARD_REMOVED", "the card was pulled");
      case "reset":
        this.power("reset");
        throw new CardTransportError("CARD_RESET", "the card was reset");
      case "mute":
        return new Promise((_, reject) => this.#mute.push(reject));
      case "status":
        return twoBytes(fault.status);
      case "bytes":
        return fault.bytes;
    }
  }
}

function resize(response: Uint8Array, by: number): Uint8Array {
  const data = response.subarray(0, -2);
  const resized = by < 0 ? data.subarray(0, Math.max(0, data.length + by)) : concatBytes([data, new Uint8Array(by)]);
  return concatBytes([resized, response.subarray(-2)]);
}
