import type { DtlsConnection, DtlsEvent, NeedAnswer } from "../../src/dtls/connection.ts";
import { DtlsListener, type DtlsListenerConfig } from "../../src/dtls/listener.ts";
import type { DtlsPorts } from "../../src/dtls/settings.ts";

/** A listener with one client, seen as a connection, so that a simulation can drive it. */
export class DtlsListenerConnection implements DtlsConnection {
  readonly listener: DtlsListener;
  readonly peer = "192.0.2.1:5684";
  #connection = 0;
  #now = 0;

  constructor(config: DtlsListenerConfig, ports: DtlsPorts) {
    this.listener = new DtlsListener(config, ports);
  }

  handleDatagram(datagram: Uint8Array, now: number): void {
    this.#now = now;
    this.listener.handleDatagram(this.peer, datagram, now);
  }

  handleTime(now: number): void {
    this.#now = now;
    this.listener.handleTime(now);
  }

  nextDatagram(): Uint8Array | undefined {
    return this.listener.nextDatagram()?.datagram;
  }

  nextDeadline(): number | undefined {
    return this.listener.nextDeadline();
  }

  nextEvent(): DtlsEvent | undefined {
    const next = this.listener.nextEvent();
    if (!next) return undefined;
    this.#connection = next.connection;
    return next.event.type === "peerMoved" ? this.nextEvent() : next.event;
  }

  resume(id: number, answer: NeedAnswer, now: number): void {
    this.listener.resume(this.#connection, id, answer, now);
  }

  refuse(id: number, error: Error, now: number): void {
    this.listener.refuse(this.#connection, id, error, now);
  }

  send(plaintext: Uint8Array): void {
    this.listener.send(this.#connection, plaintext, this.#now);
  }

  close(now: number): void {
    this.listener.close(this.#connection, now);
  }
}
