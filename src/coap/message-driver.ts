import type { Entropy } from "../crypto/ports.ts";
import { describeError } from "../util/coded-error.ts";
import type { Logger } from "../util/log.ts";
import type { MonotonicClock, Timer, Timers } from "../util/time.ts";
import { callGuarded } from "./call-guarded.ts";
import type { DatagramTransport } from "./datagram-transport.ts";
import type { CoapMessage } from "./message.ts";
import { type MessageEvent, MessageLayer } from "./message-layer.ts";
import type { CoapParameters } from "./parameters.ts";
import type { Delivery, MessageContent } from "./transmission.ts";

/** Everything the CoAP code needs from outside. */
export interface CoapPorts {
  readonly transport: DatagramTransport;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
}

export interface MessageListener {
  request(message: CoapMessage): void;
  response(message: CoapMessage): void;
}

/** Joins the message layer with a transport, a clock and timers: after each step, what is due goes out. */
export class MessageDriver {
  readonly #layer: MessageLayer;
  readonly #ports: CoapPorts;
  readonly #listener: MessageListener;
  #timer: Timer | undefined;
  #running = false;
  #closed = false;

  constructor(ports: CoapPorts, parameters: CoapParameters, listener: MessageListener) {
    this.#layer = new MessageLayer(parameters, ports.entropy);
    this.#ports = ports;
    this.#listener = listener;
    ports.transport.onDatagram((datagram) => this.#step((now) => this.#layer.handleDatagram(datagram, now)));
  }

  get occupancy(): MessageLayer["occupancy"] {
    return this.#layer.occupancy;
  }

  sendConfirmable(content: MessageContent, delivery: Delivery): void {
    this.#step((now) => this.#layer.sendConfirmable(content, delivery, now));
  }

  sendNonConfirmable(content: MessageContent, delivery: Delivery): void {
    this.#step((now) => this.#layer.sendNonConfirmable(content, delivery, now));
  }

  withdraw(delivery: Delivery): void {
    this.#step((now) => this.#layer.withdraw(delivery, now));
  }

  piggyback(messageId: number, content: MessageContent): void {
    this.#step(() => this.#layer.piggyback(messageId, content));
  }

  acknowledge(messageId: number): void {
    this.#step(() => this.#layer.acknowledge(messageId));
  }

  reject(messageId: number): void {
    this.#step(() => this.#layer.reject(messageId));
  }

  /** Nothing is sent, delivered or timed any more. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #step(action: (now: number) => void): void {
    if (this.#closed) return;
    action(this.#ports.clock.now());
    // A listener or a transport that calls back in leaves the rest to the run that is going on.
    if (this.#running) return;
    this.#running = true;
    try {
      this.#run();
    } finally {
      this.#running = false;
    }
    this.#armTimer();
  }

  #run(): void {
    for (;;) {
      const event = this.#layer.nextEvent();
      const datagram = event ? undefined : this.#layer.nextDatagram();
      if (this.#closed || (event === undefined && datagram === undefined)) return;
      if (event) callGuarded(() => this.#dispatch(event), this.#ports.logger);
      if (datagram) this.#transmit(datagram);
    }
  }

  #dispatch(event: MessageEvent): void {
    if (event.kind === "request") this.#listener.request(event.message);
    else if (event.kind === "response") this.#listener.response(event.message);
    else event.delivery[event.kind]?.();
  }

  /** A transport that cannot send now loses the datagram, as a network may; the retransmission follows. */
  #transmit(datagram: Uint8Array): void {
    try {
      this.#ports.transport.send(datagram);
    } catch (error) {
      this.#ports.logger.debug("CoAP datagram not sent", { bytes: datagram.length, reason: describeError(error) });
    }
  }

  #armTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const now = this.#ports.clock.now();
    const deadline = this.#layer.nextDeadline(now);
    if (this.#closed || deadline === undefined) return;
    this.#timer = this.#ports.timers.schedule(Math.max(0, deadline - now), () =>
      this.#step((at) => this.#layer.handleTime(at)),
    );
  }
}
