import type { ResumptionStore } from "../../src/association/resumption-store.ts";
import type { DtlsSession } from "../../src/dtls/connection.ts";
import type { ResumableSession } from "../../src/dtls/resumable-session.ts";
import { session } from "./scripted-dtls.ts";

/** A store that outlives the keepers of a test. Each call fails while `broken`. */
export class MemoryStore implements ResumptionStore {
  readonly records = new Map<string, Uint8Array>();
  writes = 0;
  broken = false;

  async read(key: string): Promise<Uint8Array | undefined> {
    this.#check();
    return this.records.get(key);
  }

  async write(key: string, content: Uint8Array): Promise<void> {
    this.#check();
    this.writes++;
    this.records.set(key, content);
  }

  async remove(key: string): Promise<void> {
    this.#check();
    this.records.delete(key);
  }

  #check(): void {
    if (this.broken) throw new Error("the disk is full");
  }
}

/** What a full handshake leaves behind. */
export function resumableSession(fields: Partial<ResumableSession> = {}): ResumableSession {
  return {
    sessionId: Uint8Array.of(1, 2, 3),
    masterSecret: new Uint8Array(48).fill(7),
    cipherSuite: 0xc0ae,
    serverName: "server.example",
    peerChain: [Uint8Array.of(0x30, 0)],
    ...fields,
  };
}

export function sessionWith(resumable?: ResumableSession, resumed = false): DtlsSession {
  return { ...session, resumed, ...(resumable && { resumable }) };
}
