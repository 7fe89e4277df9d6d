import type { DatagramTransport } from "../coap/datagram-transport.ts";
import type { DtlsConnection, DtlsEvent, DtlsSession, Need, NeedAnswer } from "../dtls/connection.ts";
import { DtlsError } from "../dtls/dtls-error.ts";
import type { DatagramPath } from "../util/network.ts";
import type { MonotonicClock, Timer, Timers } from "../util/time.ts";

export interface DtlsTransportPorts {
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  answerNeed(need: Need, signal: AbortSignal): Promise<NeedAnswer>;
}

/** Data that comes with the last handshake datagrams waits for the endpoint; more than this is lost, as on any network. */
const earlyDatagrams = 16;

/**
 * Runs one DTLS connection over one path: moves datagrams, keeps its timer, has its needs answered. Owns the path and
 * closes it at the end. Both roles: the client's path is a socket, the server's a share of its listener's.
 */
export class DtlsTransport implements DatagramTransport {
  /** Resolves when the handshake is done; rejects with the reason when it ends before. */
  readonly connected: Promise<DtlsSession>;
  readonly #connection: DtlsConnection;
  readonly #path: DatagramPath;
  readonly #ports: DtlsTransportPorts;
  readonly #needs = new Map<number, AbortController>();
  readonly #early: Uint8Array[] = [];
  #settle: { resolve(session: DtlsSession): void; reject(error: Error): void };
  #timer: Timer | undefined;
  #pumping = false;
  #ended: { error?: Error } | undefined;
  #received = false;
  #deliver: ((datagram: Uint8Array) => void) | undefined;
  #closed: (error?: Error) => void = () => {};

  constructor(connection: DtlsConnection, path: DatagramPath, ports: DtlsTransportPorts) {
    this.#connection = connection;
    this.#path = path;
    this.#ports = ports;
    this.#settle = { resolve() {}, reject() {} };
    this.connected = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.connected.catch(() => {});
    path.onDatagram((datagram) => {
      this.#received = true;
      this.#run((now) => connection.handleDatagram(datagram, now));
    });
    this.#run(() => {});
  }

  /** Whether the peer has sent anything at all yet. */
  get received(): boolean {
    return this.#received;
  }

  send(datagram: Uint8Array): void {
    if (this.#ended) return;
    this.#run(() => this.#connection.send(datagram));
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#deliver = listener;
    for (const datagram of this.#early.splice(0)) listener(datagram);
  }

  onClosed(listener: (error?: Error) => void): void {
    this.#closed = listener;
    if (this.#ended) listener(this.#ended.error);
  }

  /** `reason`: why a handshake or a session is given up; an established session ends in order without one. */
  close(reason?: Error): void {
    if (this.#ended) return;
    this.#connection.close(this.#ports.clock.now());
    // Also when called from a listener inside `#pump`: close_notify has to leave before the path closes.
    this.#flush();
    this.#end(reason);
  }

  #run(act: (now: number) => void): void {
    if (this.#ended) return;
    act(this.#ports.clock.now());
    // A listener may call back into `send` while events are handed out: the loop below takes that along.
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
      this.#flush();
      const event = this.#connection.nextEvent();
      if (!event) return;
      this.#handle(event);
    }
  }

  #flush(): void {
    for (let datagram = this.#connection.nextDatagram(); datagram; datagram = this.#connection.nextDatagram()) {
      this.#path.send(datagram);
    }
  }

  #handle(event: DtlsEvent): void {
    switch (event.type) {
      case "need":
        void this.#answer(event.id, event.need);
        return;
      case "needCancelled":
        this.#needs.get(event.id)?.abort();
        this.#needs.delete(event.id);
        return;
      case "connected":
        this.#settle.resolve(event.session);
        return;
      case "data":
        this.#receive(event.plaintext);
        return;
      case "closed":
        this.#end(event.error);
    }
  }

  #receive(plaintext: Uint8Array): void {
    if (this.#deliver) this.#deliver(plaintext);
    else if (this.#early.length < earlyDatagrams) this.#early.push(plaintext);
  }

  async #answer(id: number, need: Need): Promise<void> {
    const cancel = new AbortController();
    this.#needs.set(id, cancel);
    try {
      const answer = await this.#ports.answerNeed(need, cancel.signal);
      this.#run((now) => this.#connection.resume(id, answer, now));
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      this.#run((now) => this.#connection.refuse(id, reason, now));
    } finally {
      this.#needs.delete(id);
    }
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const deadline = this.#ended ? undefined : this.#connection.nextDeadline();
    if (deadline === undefined) return;
    const { clock, timers } = this.#ports;
    this.#timer = timers.schedule(Math.max(0, deadline - clock.now()), () =>
      this.#run((now) => this.#connection.handleTime(now)),
    );
  }

  #end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = error ? { error } : {};
    this.#timer?.cancel();
    for (const cancel of this.#needs.values()) cancel.abort();
    this.#needs.clear();
    this.#path.close();
    this.#settle.reject(error ?? new DtlsError("CLOSED", "closed before the handshake was done"));
    this.#closed(error);
  }
}
