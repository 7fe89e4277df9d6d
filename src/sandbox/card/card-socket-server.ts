import { chmod, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { CodedError } from "../../util/coded-error.ts";
import type { SimulatedCard } from "./simulated-card.ts";
import { VpcdSession } from "./vpcd-session.ts";

/** How many clients may wait for their turn. */
const longestQueue = 16;

/**
 * The card at a Unix socket (mode 0600) with vpcd's framing: whoever connects plays vpcd. One client at a time; others
 * wait until it hangs up. While the card is pulled, clients are hung up at once.
 */
export class CardSocketServer {
  readonly #card: SimulatedCard;
  readonly #server: Server;
  #current: Socket | undefined;
  #waiting: Socket[] = [];

  private constructor(card: SimulatedCard) {
    this.#card = card;
    this.#server = createServer({ pauseOnConnect: true }, (socket) => this.#accept(socket));
  }

  /** Throws CodedError "SOCKET_IN_USE" when another process listens there; a socket left behind is replaced. */
  static async listen(card: SimulatedCard, path: string): Promise<CardSocketServer> {
    await removeStaleSocket(path);
    const listener = new CardSocketServer(card);
    await new Promise<void>((resolve, reject) => {
      listener.#server.once("error", reject);
      listener.#server.listen(path, resolve);
    });
    await chmod(path, 0o600);
    return listener;
  }

  /** Hangs up on the client of the moment: the reader sees its card gone. */
  hangUp(): void {
    this.#current?.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#waiting) socket.destroy();
    this.#current?.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#leave(socket));
    if (!this.#card.present || this.#waiting.length >= longestQueue) {
      socket.destroy();
      return;
    }
    this.#waiting.push(socket);
    this.#serveNext();
  }

  #leave(socket: Socket): void {
    this.#waiting = this.#waiting.filter((other) => other !== socket);
    if (this.#current === socket) this.#current = undefined;
    this.#serveNext();
  }

  #serveNext(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    if (this.#current) serveVpcd(this.#card, this.#current);
  }
}

/** Speaks vpcd's framing for the card on a connected socket, until either side hangs up. */
export function serveVpcd(card: SimulatedCard, socket: Socket): void {
  const session = new VpcdSession(card, { send: (bytes) => socket.write(bytes), hangUp: () => socket.destroy() });
  socket.on("data", (chunk) => session.push(new Uint8Array(chunk)));
  socket.once("close", () => session.end());
  socket.resume();
}

async function removeStaleSocket(path: string): Promise<void> {
  const outcome = await new Promise<string>((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => resolve("in use"));
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    probe.once("close", () => probe.destroy());
    probe.once("connect", () => probe.destroy());
  });
  if (outcome === "in use") throw new CodedError("SOCKET_IN_USE", `${path}: another process listens there`);
  if (outcome === "ECONNREFUSED") await unlink(path);
}
