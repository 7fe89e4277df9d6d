import type { DatagramTransport } from "../../src/coap/datagram-transport.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How badly a direction of the network behaves; probabilities from 0 to 1. */
export interface Weather {
  readonly loss: number;
  readonly duplication: number;
  /** Each copy takes a delay of its own in this range, so that a wide one reorders. */
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

export const fairWeather: Weather = { loss: 0, duplication: 0, minDelayMs: 10, maxDelayMs: 10 };

/** One end of a network of two. What it sent and got is kept for assertions. */
export class NetworkEnd implements DatagramTransport {
  readonly sent: Uint8Array[] = [];
  peer: NetworkEnd | undefined;
  #listener: (datagram: Uint8Array) => void = () => {};
  #closed: (error?: Error) => void = () => {};
  readonly #carry: (datagram: Uint8Array, to: NetworkEnd) => void;

  constructor(carry: (datagram: Uint8Array, to: NetworkEnd) => void) {
    this.#carry = carry;
  }

  send(datagram: Uint8Array): void {
    this.sent.push(datagram);
    if (this.peer) this.#carry(datagram, this.peer);
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#listener = listener;
  }

  onClosed(listener: (error?: Error) => void): void {
    this.#closed = listener;
  }

  deliver(datagram: Uint8Array): void {
    this.#listener(datagram);
  }

  close(error?: Error): void {
    this.#closed(error);
  }
}

export function networkOfTwo(time: VirtualTime, random: SeededRandom, weather: Weather): [NetworkEnd, NetworkEnd] {
  const carry = (datagram: Uint8Array, to: NetworkEnd): void => {
    const copies = random.next() < weather.loss ? 0 : random.next() < weather.duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const delay = weather.minDelayMs + random.next() * (weather.maxDelayMs - weather.minDelayMs);
      const bytes = datagram.slice();
      time.schedule(delay, () => to.deliver(bytes));
    }
  };
  const [a, b] = [new NetworkEnd(carry), new NetworkEnd(carry)];
  a.peer = b;
  b.peer = a;
  return [a, b];
}

/** An end without a peer: a test plays the peer message by message. */
export function scriptedEnd(): NetworkEnd {
  return new NetworkEnd(() => {});
}
