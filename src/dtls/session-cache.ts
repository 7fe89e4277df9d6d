import { toHex } from "../util/bytes.ts";
import type { ResumableSession } from "./resumable-session.ts";

/** Where the server role keeps sessions that clients may resume. Times are those of the connection. */
export interface SessionCache {
  /** Undefined for one that is unknown or too old. */
  find(sessionId: Uint8Array, now: number): ResumableSession | undefined;
  store(session: ResumableSession, now: number): void;
  /** A session that ended with a fatal alert is never resumed (RFC 5246 §7.2.2). */
  remove(sessionId: Uint8Array): void;
}

export interface MemorySessionCacheConfig {
  /** One more puts out the oldest. Default 1000. */
  readonly maxSessions?: number;
  /** Since the full handshake; resuming makes nothing younger. Default 24 hours (RFC 5246 §F.1.4). */
  readonly maxAgeMs?: number;
}

/** Forgets everything when the process ends; clients then make full handshakes. */
export class MemorySessionCache implements SessionCache {
  readonly #maxSessions: number;
  readonly #maxAgeMs: number;
  /** The oldest first. */
  readonly #entries = new Map<string, { readonly session: ResumableSession; readonly storedAt: number }>();

  constructor({ maxSessions = 1000, maxAgeMs = 86_400_000 }: MemorySessionCacheConfig = {}) {
    this.#maxSessions = maxSessions;
    this.#maxAgeMs = maxAgeMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(sessionId: Uint8Array, now: number): ResumableSession | undefined {
    const entry = this.#entries.get(toHex(sessionId));
    if (!entry || now - entry.storedAt < this.#maxAgeMs) return entry?.session;
    this.remove(sessionId);
    return undefined;
  }

  store(session: ResumableSession, now: number): void {
    this.remove(session.sessionId);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= this.#maxSessions) this.#entries.delete(oldest);
    this.#entries.set(toHex(session.sessionId), { session, storedAt: now });
  }

  remove(sessionId: Uint8Array): void {
    this.#entries.delete(toHex(sessionId));
  }
}
