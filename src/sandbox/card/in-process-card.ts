import type { CardChannel, CardConnector } from "../../smartcard/card-channel.ts";
import { CardTransportError } from "../../smartcard/card-transport-error.ts";
import type { SimulatedCard } from "./simulated-card.ts";

/** A simulated card as a connector, with nothing in between. Connecting leaves the card as it is, power and channels. */
export class InProcessCard implements CardConnector {
  readonly #card: SimulatedCard;

  constructor(card: SimulatedCard) {
    this.#card = card;
  }

  async connect(): Promise<CardChannel> {
    if (!this.#card.present) throw new CardTransportError("CARD_ABSENT", "no card in the simulated reader");
    return new InProcessChannel(this.#card);
  }
}

class InProcessChannel implements CardChannel {
  readonly #card: SimulatedCard;
  #dead: CardTransportError | undefined;
  #abandon: (error: CardTransportError) => void = () => {};

  constructor(card: SimulatedCard) {
    this.#card = card;
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    if (this.#dead) throw this.#dead;
    try {
      const response = await Promise.race([this.#card.exchange(command), this.#closing()]);
      if (response.length >= 2) return response;
      throw new CardTransportError("CARD_DRIVER_FAILED", `response of ${response.length} bytes, at least 2 expected`);
    } catch (error) {
      this.#dead = failure(error);
      throw this.#dead;
    }
  }

  async close(): Promise<void> {
    this.#dead ??= new CardTransportError("CARD_UNREACHABLE", "the channel to the simulated card is closed");
    this.#abandon(this.#dead);
  }

  /** Rejects when the channel is closed before the card answers. */
  #closing(): Promise<never> {
    return new Promise((_, reject) => {
      this.#abandon = reject;
    });
  }
}

function failure(error: unknown): CardTransportError {
  if (error instanceof CardTransportError) return error;
  return new CardTransportError("CARD_DRIVER_FAILED", "the simulated card failed", { cause: error });
}
