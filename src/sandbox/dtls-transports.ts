import type { ClosableTransport } from "../association/coap-association.ts";
import type { DtlsSession, Need, NeedAnswer } from "../dtls/connection.ts";
import type { DtlsListener, ListenerEvent } from "../dtls/listener.ts";
import { addressText, parseAddress } from "../util/network.ts";
import type { MonotonicClock, Timer, Timers } from "../util/time.ts";
import type { PeersSocket } from "./server-socket.ts";

export interface DtlsTransportsPorts {
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  answerNeed(need: Need, signal: AbortSignal): Promise<NeedAnswer>;
}

export type AcceptSession = (transport: ClosableTransport, peer: string, session: DtlsSession) => void;

/** Runs a DTLS listener on a socket: a transport for each established session. */
export class DtlsTransports {
  readonly #listener: DtlsListener;
  readonly #socket: PeersSocket;
  readonly #ports: DtlsTransportsPorts;
  readonly #accept: AcceptSession;
  readonly #sessions = new Map<number, SessionTransport>();
  readonly #needs = new Map<string, AbortController>();
  #timer: Timer | undefined;
  #pumping = false;

  constructor(listener: DtlsListener, socket: PeersSocket, ports: DtlsTransportsPorts, accept: AcceptSession) {
    this.#listener = listener;
    this.#socket = socket;
    this.#ports = ports;
    this.#accept = accept;
    socket.onDatagram((from, datagram) => {
      this.#run((now) => listener.handleDatagram(addressText(from), datagram, now));
    });
  }

  /** Says close_notify to everybody. */
  close(): void {
    this.#run((now) => this.#listener.closeAll(now));
    this.#timer?.cancel();
  }

  #run(act: (now: number) => void): void {
    act(this.#ports.clock.now());
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      this.#pump();
    } finally {
      this.#pumping = false;
    }
    this.#arm();
  }

  #pump(): void {
    for (;;) {
      for (let next = this.#listener.nextDatagram(); next; next = this.#listener.nextDatagram()) {
        this.#socket.send(parseAddress(next.peer), next.datagram);
      }
      const event = this.#listener.nextEvent();
      if (!event) return;
      this.#handle(event);
    }
  }

  #handle({ connection, peer, event }: ListenerEvent): void {
    switch (event.type) {
      case "need":
        void this.#answer(connection, event.id, event.need);
        return;
      case "needCancelled":
        this.#needs.get(`${connection}/${event.id}`)?.abort();
        return;
      case "connected":
        this.#open(connection, peer, event.session);
        return;
      case "data":
        this.#sessions.get(connection)?.deliver(event.plaintext);
        return;
      case "closed":
        this.#sessions.get(connection)?.end(event.error);
        this.#sessions.delete(connection);
    }
  }

  #open(connection: number, peer: string, session: DtlsSession): void {
    const transport = new SessionTransport(peer, {
      send: (plaintext) => this.#run((now) => this.#listener.send(connection, plaintext, now)),
      close: () => this.#run((now) => this.#listener.close(connection, now)),
    });
    this.#sessions.set(connection, transport);
    this.#accept(transport, peer, session);
  }

  async #answer(connection: number, id: number, need: Need): Promise<void> {
    const key = `${connection}/${id}`;
    const cancel = new AbortController();
    this.#needs.set(key, cancel);
    try {
      const answer = await this.#ports.answerNeed(need, cancel.signal);
      this.#run((now) => this.#listener.resume(connection, id, answer, now));
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      this.#run((now) => this.#listener.refuse(connection, id, reason, now));
    } finally {
      this.#needs.delete(key);
    }
  }

  #arm(): void {
    this.#timer?.cancel();
    const deadline = this.#listener.nextDeadline();
    const { clock, timers } = this.#ports;
    this.#timer =
      deadline === undefined
        ? undefined
        : timers.schedule(Math.max(0, deadline - clock.now()), () =>
            this.#run((now) => this.#listener.handleTime(now)),
          );
  }
}

/** One established session as CoAP sees it. */
class SessionTransport implements ClosableTransport {
  readonly peer: string;
  readonly #actions: { send(plaintext: Uint8Array): void; close(): void };
  #deliver: (datagram: Uint8Array) => void = () => {};
  #closed: (error?: Error) => void = () => {};
  #ended = false;

  constructor(peer: string, actions: { send(plaintext: Uint8Array): void; close(): void }) {
    this.peer = peer;
    this.#actions = actions;
  }

  send(datagram: Uint8Array): void {
    if (!this.#ended) this.#actions.send(datagram);
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#deliver = listener;
  }

  onClosed(listener: (error?: Error) => void): void {
    this.#closed = listener;
  }

  close(): void {
    if (!this.#ended) this.#actions.close();
  }

  deliver(plaintext: Uint8Array): void {
    this.#deliver(plaintext);
  }

  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closed(error);
  }
}
