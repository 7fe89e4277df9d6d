import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { DtlsConnection, DtlsEvent, DtlsSession, Need } from "../../src/dtls/connection.ts";
import type { DtlsListener } from "../../src/dtls/listener.ts";
import type { Answerer } from "./dtls-identity.ts";

/** Monotonic milliseconds. */
export function realTime(): number {
  return performance.now();
}

/** A UDP port of 127.0.0.1 that was free a moment ago. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

/** How the needs of a real-time endpoint are answered. */
export interface Answers {
  readonly answer: Answerer;
  readonly delayMs?: (need: Need) => number;
}

/** Waits for events of one connection that were seen or are to come. */
export class EventLog {
  readonly events: DtlsEvent[] = [];
  #waiting: (() => void)[] = [];

  push(event: DtlsEvent): void {
    this.events.push(event);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Rejects when the connection closes first. */
  async connected(): Promise<DtlsSession> {
    const event = await this.#find((candidate) => candidate.type === "connected");
    return event.type === "connected" ? event.session : assertNever();
  }

  /** All plaintext so far, once it contains `text`. */
  async received(text: string): Promise<string> {
    await this.#find(() => this.text.includes(text));
    return this.text;
  }

  async closed(): Promise<Extract<DtlsEvent, { type: "closed" }>> {
    const event = await this.#find((candidate) => candidate.type === "closed");
    return event.type === "closed" ? event : assertNever();
  }

  get text(): string {
    const data = this.events.flatMap((event) => (event.type === "data" ? [event.plaintext] : []));
    return data.map((bytes) => new TextDecoder().decode(bytes)).join("");
  }

  async #find(wanted: (event: DtlsEvent) => boolean): Promise<DtlsEvent> {
    for (;;) {
      const found = this.events.find(wanted);
      if (found) return found;
      const closed = this.events.find((event) => event.type === "closed");
      if (closed) throw new Error("the connection closed", { cause: closed.error });
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }
}

/** Drives one connection over a connected UDP socket in real time: what association code does, in its shortest form. */
export class UdpDtls {
  readonly log = new EventLog();
  /** Datagrams sent with the time of each. */
  readonly sentAt: number[] = [];
  readonly #connection: DtlsConnection;
  readonly #socket: Socket;
  readonly #answers: Answers;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: DtlsConnection, socket: Socket, answers: Answers) {
    this.#connection = connection;
    this.#socket = socket;
    this.#answers = answers;
    socket.on("message", (datagram) => {
      connection.handleDatagram(Uint8Array.from(datagram), realTime());
      this.pump();
    });
    socket.on("error", () => {});
  }

  static async connect(connection: DtlsConnection, port: number, answers: Answers): Promise<UdpDtls> {
    const socket = createSocket("udp4");
    socket.connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new UdpDtls(connection, socket, answers);
  }

  pump(): void {
    for (let datagram = this.#connection.nextDatagram(); datagram; datagram = this.#connection.nextDatagram()) {
      this.sentAt.push(realTime());
      this.#socket.send(datagram);
    }
    for (let event = this.#connection.nextEvent(); event; event = this.#connection.nextEvent()) {
      this.log.push(event);
      if (event.type === "need") this.#answer(event.id, event.need);
    }
    this.#arm();
  }

  send(text: string): void {
    this.#connection.send(new TextEncoder().encode(text));
    this.pump();
  }

  close(): void {
    this.#connection.close(realTime());
    this.pump();
    this.#socket.close();
  }

  #answer(id: number, need: Need): void {
    const { answer, delayMs } = this.#answers;
    setTimeout(() => {
      const given = answer(need);
      if (given) this.#connection.resume(id, given, realTime());
      else this.#connection.refuse(id, new Error("refused by the test"), realTime());
      this.pump();
    }, delayMs?.(need) ?? 0);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const deadline = this.#connection.nextDeadline();
    if (deadline === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#connection.handleTime(realTime());
        this.pump();
      },
      Math.max(0, deadline - realTime()),
    );
  }
}

/** Drives a listener over a UDP socket in real time; one log for all its connections at a time. */
export class UdpDtlsListener {
  /** A new one may be put here, for what comes next. */
  log = new EventLog();
  readonly #listener: DtlsListener;
  readonly #socket: Socket;
  readonly #answers: Answers;
  #connection = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(listener: DtlsListener, socket: Socket, answers: Answers) {
    this.#listener = listener;
    this.#socket = socket;
    this.#answers = answers;
    socket.on("message", (datagram, { address, port }) => {
      listener.handleDatagram(`${address}:${port}`, Uint8Array.from(datagram), realTime());
      this.#pump();
    });
  }

  static async bind(listener: DtlsListener, answers: Answers): Promise<UdpDtlsListener> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new UdpDtlsListener(listener, socket, answers);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(text: string): void {
    this.#listener.send(this.#connection, new TextEncoder().encode(text), realTime());
    this.#pump();
  }

  close(): void {
    this.#listener.closeAll(realTime());
    this.#pump();
    this.#socket.close();
  }

  #pump(): void {
    for (let out = this.#listener.nextDatagram(); out; out = this.#listener.nextDatagram()) {
      const [address, port] = out.peer.split(":");
      this.#socket.send(out.datagram, Number(port), address);
    }
    for (let out = this.#listener.nextEvent(); out; out = this.#listener.nextEvent()) {
      this.#connection = out.connection;
      if (out.event.type === "peerMoved") continue;
      this.log.push(out.event);
      if (out.event.type === "need") this.#answer(out.connection, out.event.id, out.event.need);
    }
    clearTimeout(this.#timer);
    const deadline = this.#listener.nextDeadline();
    if (deadline === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#listener.handleTime(realTime());
        this.#pump();
      },
      Math.max(0, deadline - realTime()),
    );
  }

  #answer(connection: number, id: number, need: Need): void {
    const { answer, delayMs } = this.#answers;
    setTimeout(() => {
      const given = answer(need);
      if (given) this.#listener.resume(connection, id, given, realTime());
      else this.#listener.refuse(connection, id, new Error("refused by the test"), realTime());
      this.#pump();
    }, delayMs?.(need) ?? 0);
  }
}

function assertNever(): never {
  throw new Error("unreachable");
}
