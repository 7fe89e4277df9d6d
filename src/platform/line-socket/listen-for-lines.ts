import { chmodSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { CodedError } from "../../util/coded-error.ts";
import type { LineHandler, LineListener } from "../../util/line-connection.ts";
import { clearStaleSocket } from "./clear-stale-socket.ts";
import { SocketLines } from "./socket-lines.ts";

export interface LineSocketLimits {
  readonly maxConnections: number;
  /** Of one line that comes in. */
  readonly maxLineBytes: number;
  /** Waiting for a peer that does not read. */
  readonly maxUnsentBytes: number;
}

export const defaultLineLimits: LineSocketLimits = {
  maxConnections: 16,
  maxLineBytes: 65_536,
  maxUnsentBytes: 1024 * 1024,
};

/**
 * Listens on a Unix socket that only its owner may use (0600). A socket that nobody listens on any more is replaced. Rejects
 * with CodedError "SOCKET_IN_USE" that names the process behind it, or "SOCKET_UNUSABLE".
 */
export async function listenForLines(
  path: string,
  handler: LineHandler,
  limits: LineSocketLimits = defaultLineLimits,
): Promise<LineListener> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    new SocketLines(socket, handler, limits);
  });
  server.maxConnections = limits.maxConnections;
  try {
    await mkdir(dirname(path), { recursive: true });
    await clearStaleSocket(path);
    await listen(server, path);
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError("SOCKET_UNUSABLE", `cannot listen on the socket ${path}`, { cause });
  }
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // Binding happens within the call: nobody else's file gets this mask, and the socket is never open to others.
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        chmodSync(path, 0o600);
        server.on("error", () => {});
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}
