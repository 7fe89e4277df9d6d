import type { QueueRequest } from "../../smartcard/operation-queue.ts";
import { CardStatusError, StatusWord } from "../../smartcard/status-word.ts";
import { equalBytes } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { KeySlots } from "../ports/key-slots.ts";
import type { Signer } from "../ports/signer.ts";
import { cardSigner } from "./iotsafe/card-signer.ts";
import type { IotSafeApplet } from "./iotsafe/iotsafe-applet.ts";
import { describeSelector, type ObjectSelector } from "./iotsafe/object-selector.ts";

/** A key pair's place on the card. Labels are the safer names: some applets give a new pair new identifiers. */
export interface CardKeySlot {
  readonly key: ObjectSelector;
  readonly publicKey: ObjectSelector;
}

type Priority = QueueRequest["priority"];

/** Key pairs of an IoT SAFE applet, made on the card. Rejects as IotSafeApplet does. */
export class CardKeySlots implements KeySlots {
  readonly #applet: IotSafeApplet;
  readonly #slots: readonly CardKeySlot[];
  readonly #priority: Priority;

  constructor(applet: IotSafeApplet, slots: readonly CardKeySlot[], priority: Priority) {
    this.#applet = applet;
    this.#slots = slots;
    this.#priority = priority;
  }

  get count(): number {
    return this.#slots.length;
  }

  async publicKey(slot: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      return await this.#applet.readPublicKey(this.#slot(slot).publicKey, this.#use(signal));
    } catch (error) {
      // 6985: a slot that holds no key yet. Everything else must not pass for an empty slot.
      if (error instanceof CardStatusError && error.statusWord === StatusWord.conditionsNotMet) return undefined;
      throw error;
    }
  }

  /** Rejects with CodedError "KEY_RENAMED" when the applet gave the pair another identifier than the configuration has. */
  async generate(slot: number, signal: AbortSignal): Promise<Uint8Array> {
    const { key } = this.#slot(slot);
    const pair = await this.#applet.generateKeyPair(key, this.#use(signal));
    if ("label" in key || !pair.privateKeyId || equalBytes(pair.privateKeyId, key.id)) return pair.publicKey;
    const renamed = describeSelector("private-key", { id: pair.privateKeyId });
    const message = `the applet made the new pair of ${describeSelector("private-key", key)} as ${renamed}: name the slot by its label`;
    throw new CodedError("KEY_RENAMED", message);
  }

  async signer(slot: number, signal: AbortSignal): Promise<Signer> {
    const publicKey = await this.publicKey(slot, signal);
    if (publicKey) return cardSigner(this.#applet, this.#slot(slot).key, publicKey, this.#priority);
    throw new CodedError("NO_KEY", `${describeSelector("private-key", this.#slot(slot).key)} on the card is empty`);
  }

  #slot(slot: number): CardKeySlot {
    const found = this.#slots[slot];
    if (!found) throw new CodedError("NO_KEY", `there is no key slot ${slot}; the configuration names ${this.count}`);
    return found;
  }

  #use(signal: AbortSignal): QueueRequest {
    return { priority: this.#priority, signal };
  }
}
