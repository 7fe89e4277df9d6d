import type { DtlsClientConfig } from "../../src/dtls/client.ts";
import type { DtlsSession } from "../../src/dtls/connection.ts";
import type { ResumableSession } from "../../src/dtls/resumable-session.ts";
import type { DtlsServerConfig } from "../../src/dtls/server.ts";
import { MemorySessionCache } from "../../src/dtls/session-cache.ts";
import { connectedPair, makePair, type Pair, type PairOptions } from "./dtls-pair.ts";

/** A full handshake with a server that keeps sessions, and what both sides remember of it. */
export class FirstHandshake {
  readonly sessions = new MemorySessionCache();
  readonly session: DtlsSession;
  readonly resumable: ResumableSession;
  readonly #options: PairOptions;

  constructor(options: PairOptions = {}) {
    this.#options = options;
    const { client } = connectedPair(this.#with({}, {})).simulation.observers;
    if (!client.session?.resumable) throw new Error("the first session cannot be resumed");
    this.session = client.session;
    this.resumable = client.session.resumable;
  }

  /** A second client that offers the session, and a second server that may know it; the client has not started. */
  again(client: DtlsClientConfig = {}, server: DtlsServerConfig = {}): Pair {
    return makePair(this.#with({ resume: this.resumable, ...client }, server));
  }

  #with(client: DtlsClientConfig, server: DtlsServerConfig): PairOptions {
    return {
      ...this.#options,
      client: { ...this.#options.client, ...client },
      server: { sessions: this.sessions, ...this.#options.server, ...server },
    };
  }
}

/** Runs the handshake to its end, whatever that is. */
export function run(pair: Pair) {
  pair.client.start(0);
  pair.simulation.run();
  return pair.simulation.observers;
}
