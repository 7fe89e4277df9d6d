import { bootstrapObjectIdentifier, type ReadCard } from "../../lwm2m/bootstrap/card-reading.ts";
import type { CardObserver } from "../../smartcard/card-observer.ts";
import type { Logger } from "../../util/log.ts";
import type { MachineCards } from "./machine-cards.ts";

/** The cards of this machine, whose drivers are loaded when somebody wants one. */
export class LazyCards {
  readonly #load: () => Promise<MachineCards>;
  #cards: Promise<MachineCards> | undefined;

  constructor(logger: Logger, observer: CardObserver) {
    this.#load = async () => {
      const { createCardService } = await import("./card-services.ts");
      const { MachineCards } = await import("./machine-cards.ts");
      return new MachineCards((channel) => createCardService(channel, logger, observer));
    };
  }

  get(): Promise<MachineCards> {
    this.#cards ??= this.#load();
    return this.#cards;
  }

  /** Reads the bootstrap file of the card at a channel, as configured. */
  bootstrapReader(channel: string): ReadCard {
    return async (signal) => {
      const { parseCardChannel } = await import("../../credentials/adapters/iotsafe/iotsafe-uri.ts");
      const { readUiccDataObject } = await import("../../smartcard/uicc-data-object.ts");
      const card = (await this.get()).get(parseCardChannel(channel));
      return readUiccDataObject(card, bootstrapObjectIdentifier, signal);
    };
  }

  async close(): Promise<void> {
    await (await this.#cards)?.close();
  }
}
