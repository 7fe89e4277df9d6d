import type { Socket } from "node:net";
import type { LineConnection, LineHandler, LineSession } from "../../util/line-connection.ts";
import { LineSplitter } from "./line-splitter.ts";

/** A peer that does not even read its last line is cut off after this. */
const lingerMs = 5_000;

/** The lines of one connection. */
export class SocketLines implements LineConnection {
  readonly #socket: Socket;
  readonly #session: LineSession;
  readonly #splitter: LineSplitter;
  readonly #maxUnsentBytes: number;
  #ending = false;

  constructor(socket: Socket, handler: LineHandler, limits: { maxLineBytes: number; maxUnsentBytes: number }) {
    this.#socket = socket;
    this.#splitter = new LineSplitter(limits.maxLineBytes);
    this.#maxUnsentBytes = limits.maxUnsentBytes;
    this.#session = handler(this);
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("end", () => this.#session.inputEnded());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#session.closed());
  }

  send(line: string): void {
    if (this.#ending || this.#socket.destroyed) return;
    this.#socket.write(`${line}\n`);
    if (this.#socket.writableLength <= this.#maxUnsentBytes) return;
    this.#ending = true;
    this.#socket.write(`${this.#session.tooSlow()}\n`);
    this.#finish();
  }

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#finish();
  }

  #finish(): void {
    this.#socket.end();
    // What still comes is thrown away: unread, it would keep the socket from closing.
    this.#socket.resume();
    setTimeout(() => this.#socket.destroy(), lingerMs).unref();
  }

  #receive(chunk: Uint8Array): void {
    for (const line of this.#splitter.push(chunk)) {
      if (this.#ending) return;
      if ("text" in line) this.#session.line(line.text);
      else this.#session.malformed(line.problem);
      if ("fatal" in line && line.fatal) this.end();
    }
  }
}
