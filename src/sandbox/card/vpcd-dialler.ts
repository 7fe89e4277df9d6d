import { connect, type Socket } from "node:net";
import { type Logger, silentLogger } from "../../util/log.ts";
import type { Timer, Timers } from "../../util/time.ts";
import { serveVpcd } from "./card-socket-server.ts";
import type { SimulatedCard } from "./simulated-card.ts";

export interface VpcdDiallerOptions {
  readonly host: string;
  readonly port: number;
  readonly card: SimulatedCard;
  readonly timers: Timers;
  readonly logger?: Logger;
  /** Between two attempts; 300 ms when absent. */
  readonly retryMs?: number;
}

/** The card in a virtual reader of pcscd: dials vpcd, and again when it hangs up or pcscd restarts, for ever. */
export class VpcdDialler {
  readonly #options: VpcdDiallerOptions;
  #socket: Socket | undefined;
  #retry: Timer | undefined;
  #closed = false;
  #complained = false;
  #onConnect: () => void = () => {};
  readonly #firstConnection: Promise<void>;

  constructor(options: VpcdDiallerOptions) {
    this.#options = options;
    this.#firstConnection = new Promise((resolve) => {
      this.#onConnect = resolve;
    });
    this.#dial();
  }

  /** Resolves when vpcd was reached for the first time. */
  get connected(): Promise<void> {
    return this.#firstConnection;
  }

  /** Hangs up: the reader sees its card gone; dials again after the pause. */
  hangUp(): void {
    this.#socket?.destroy();
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#socket?.destroy();
  }

  #dial(): void {
    const { host, port, card } = this.#options;
    if (!card.present) {
      this.#dialLater();
      return;
    }
    const socket = connect({ host, port, noDelay: true });
    this.#socket = socket;
    socket.once("connect", () => this.#connected(socket));
    socket.on("error", (error) => this.#complain(error));
    socket.once("close", () => this.#dialLater());
  }

  #connected(socket: Socket): void {
    this.#complained = false;
    this.#log.info("card is in the virtual reader", this.#address);
    serveVpcd(this.#options.card, socket);
    this.#onConnect();
  }

  #dialLater(): void {
    this.#socket = undefined;
    if (this.#closed) return;
    this.#retry = this.#options.timers.schedule(this.#options.retryMs ?? 300, () => this.#dial());
  }

  /** Once, not at every attempt. */
  #complain(error: Error): void {
    if (this.#complained || this.#closed) return;
    this.#complained = true;
    this.#log.warn(`vpcd can't be reached, trying on: ${error.message}`, this.#address);
  }

  get #address() {
    return { host: this.#options.host, port: this.#options.port };
  }

  get #log(): Logger {
    return this.#options.logger ?? silentLogger;
  }
}
