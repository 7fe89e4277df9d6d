import assert from "node:assert/strict";
import { DtlsClient } from "../../src/dtls/client.ts";
import type { DtlsListenerConfig } from "../../src/dtls/listener.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/util/bytes.ts";
import { certificateAnswers } from "./dtls-identity.ts";
import { DtlsListenerConnection } from "./dtls-listener-connection.ts";
import { clientIdentity, dtlsPorts, serverIdentity } from "./dtls-pair.ts";
import { DtlsSimulation } from "./dtls-simulation.ts";

/** A listener that holds one session, for attacks from elsewhere. */
export class ListenerSession {
  readonly client = new DtlsClient({}, dtlsPorts);
  readonly connection: DtlsListenerConnection;
  /** What went over the wire in the handshake, both ways. */
  readonly handshake: readonly Uint8Array[];
  delivered = 0;

  constructor(config: DtlsListenerConfig = {}) {
    this.connection = new DtlsListenerConnection(config, dtlsPorts);
    const simulation = new DtlsSimulation(
      { connection: this.client, answer: certificateAnswers(clientIdentity) },
      { connection: this.connection, answer: certificateAnswers(serverIdentity) },
    );
    this.client.start(0);
    simulation.run();
    assert.ok(simulation.observers.client.session && simulation.observers.server.session);
    this.handshake = simulation.sent.map(({ datagram }) => datagram);
  }

  /** Fails unless a record of each side reaches the other. Gives the two as they were on the wire. */
  assertAlive(now: number): readonly Uint8Array[] {
    return [this.#carry(this.client, this.connection, now), this.#carry(this.connection, this.client, now)];
  }

  #carry(from: DtlsClient | DtlsListenerConnection, to: DtlsClient | DtlsListenerConnection, now: number) {
    const text = `record ${++this.delivered}`;
    from.send(encodeUtf8(text));
    const datagram = from.nextDatagram() ?? new Uint8Array();
    to.handleDatagram(datagram, now);
    const event = to.nextEvent();
    assert.equal(event?.type === "data" && decodeUtf8(event.plaintext, "test"), text);
    return datagram;
  }
}
