import type { CardChannelName } from "../../credentials/adapters/iotsafe/iotsafe-uri.ts";
import type { CardService } from "../../smartcard/card-service.ts";

/** The cards of this machine: one owner for each, whoever asks, IoT SAFE or bootstrap. */
export class MachineCards {
  readonly #create: (channel: CardChannelName) => CardService;
  readonly #cards = new Map<string, CardService>();

  constructor(create: (channel: CardChannelName) => CardService) {
    this.#create = create;
  }

  get(channel: CardChannelName): CardService {
    const key = JSON.stringify(channel);
    const card = this.#cards.get(key) ?? this.#create(channel);
    this.#cards.set(key, card);
    return card;
  }

  async close(): Promise<void> {
    const cards = [...this.#cards.values()];
    this.#cards.clear();
    await Promise.all(cards.map((card) => card.close()));
  }
}
