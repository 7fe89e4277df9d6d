import { connect, type Socket } from "node:net";
import type { CardChannel, CardConnector } from "../smartcard/card-channel.ts";
import { CardTransportError } from "../smartcard/card-transport-error.ts";
import { withDeadline } from "../smartcard/deadline.ts";
import type { Timers } from "../util/time.ts";
import { encodeFrame, FrameReader, VpcdControl } from "./vpcd-framing.ts";

export type CardSocketAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** A response APDU of the short form: 256 bytes and the status word. */
const longestResponse = 258;

/**
 * A card behind a socket that speaks vpcd's framing (vsmartcard): we play the reader, whoever listens is the card. The
 * card is powered on when the connection opens and off when it closes, so nothing selected outlives a connection.
 */
export class SocketCardConnector implements CardConnector {
  readonly #address: CardSocketAddress;
  readonly #timers: Timers;
  readonly #deadlineMs: number;

  /** `deadlineMs`: for one APDU, and for connecting. */
  constructor(address: CardSocketAddress, timers: Timers, deadlineMs = 30_000) {
    this.#address = address;
    this.#timers = timers;
    this.#deadlineMs = deadlineMs;
  }

  async connect(): Promise<CardChannel> {
    const socket = connect({ ...this.#address, noDelay: true });
    const channel = new SocketCardChannel(socket, describe(this.#address), this.#timers, this.#deadlineMs);
    try {
      await channel.powerOn();
      return channel;
    } catch (error) {
      await channel.close();
      throw error;
    }
  }
}

interface Waiting {
  resolve(answer: Uint8Array): void;
  reject(error: CardTransportError): void;
}

class SocketCardChannel implements CardChannel {
  readonly #socket: Socket;
  readonly #name: string;
  readonly #timers: Timers;
  readonly #deadlineMs: number;
  readonly #frames = new FrameReader();
  #connected = false;
  #waiting: Waiting | undefined;
  #failure: CardTransportError | undefined;

  constructor(socket: Socket, name: string, timers: Timers, deadlineMs: number) {
    this.#socket = socket;
    this.#name = name;
    this.#timers = timers;
    this.#deadlineMs = deadlineMs;
    socket.on("connect", () => {
      this.#connected = true;
    });
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (error) => this.#fail(this.#lost(error)));
    socket.on("close", () => this.#fail(this.#lost()));
  }

  /** The ATR is asked for to learn that a card is there at all. */
  async powerOn(): Promise<void> {
    this.#socket.write(encodeFrame(Uint8Array.of(VpcdControl.powerOn)));
    await this.#request(Uint8Array.of(VpcdControl.atr), "the request for its ATR");
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    const answer = await this.#request(command, "an APDU");
    if (answer.length >= 2 && answer.length <= longestResponse) return answer;
    const message = `${this.#name}: a response APDU of 2 to ${longestResponse} bytes expected, ${answer.length} came`;
    this.#fail(new CardTransportError("CARD_DRIVER_FAILED", message));
    throw this.#failure;
  }

  async close(): Promise<void> {
    if (this.#connected && this.#failure === undefined) {
      this.#socket.end(encodeFrame(Uint8Array.of(VpcdControl.powerOff)));
    }
    this.#fail(new CardTransportError("CARD_UNREACHABLE", `${this.#name}: the connection is closed`));
  }

  async #request(content: Uint8Array, what: string): Promise<Uint8Array> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#waiting !== undefined) throw new Error("a second APDU before the answer to the first");
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.#socket.write(encodeFrame(content));
    return withDeadline(answer, this.#timers, this.#deadlineMs, () => {
      const message = `${this.#name}: no answer to ${what} within ${this.#deadlineMs} ms`;
      const error = new CardTransportError(this.#connected ? "CARD_MUTE" : "CARD_UNREACHABLE", message);
      this.#fail(error);
      return error;
    });
  }

  #receive(chunk: Uint8Array): void {
    for (const frame of this.#frames.push(chunk)) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting !== undefined) waiting.resolve(frame);
      else this.#fail(new CardTransportError("CARD_DRIVER_FAILED", `${this.#name}: an answer that nobody asked for`));
    }
  }

  /** The first failure counts. After it nothing is read from this socket any more. */
  #fail(error: CardTransportError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
    // What `close` wrote last still goes out.
    if (this.#connected) this.#socket.destroySoon();
    else this.#socket.destroy();
  }

  #lost(cause?: Error): CardTransportError {
    if (this.#connected) return new CardTransportError("CARD_REMOVED", `${this.#name}: the card is gone`, { cause });
    const message = `${this.#name}: nobody listens there; is the virtual SIM running?`;
    return new CardTransportError("CARD_UNREACHABLE", message, { cause });
  }
}

function describe(address: CardSocketAddress): string {
  return "path" in address ? `card socket ${address.path}` : `card socket ${address.host}:${address.port}`;
}
