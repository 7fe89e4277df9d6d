import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { CodedError } from "../../util/coded-error.ts";

/** The other end of `listenForLines`. */
export class LineClient {
  readonly #socket: Socket;
  /** What comes, in order; ends when the connection does. */
  readonly lines: AsyncIterator<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const reader = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
    // A connection that breaks or is given up has no end of its own: whoever waits for a line must learn of it.
    socket.on("close", () => reader.close());
    this.lines = reader[Symbol.asyncIterator]();
  }

  /** Rejects with CodedError "AGENT_UNREACHABLE" when nobody listens there or it may not be used. */
  static async connect(path: string): Promise<LineClient> {
    const socket = connect(path);
    try {
      await once(socket, "connect");
    } catch (cause) {
      const denied = cause instanceof Error && "code" in cause && cause.code === "EACCES";
      const advice = denied ? "it belongs to another user" : "is the agent running, and is this its socket?";
      throw new CodedError("AGENT_UNREACHABLE", `no agent at the control socket ${path}: ${advice}`, { cause });
    }
    // The end of the lines tells it too.
    socket.on("error", () => {});
    return new LineClient(socket);
  }

  send(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  close(): void {
    this.#socket.destroy();
  }
}
