import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { DtlsClient, type DtlsClientConfig } from "../../src/dtls/client.ts";
import type { Need } from "../../src/dtls/connection.ts";
import { DtlsServer, type DtlsServerConfig } from "../../src/dtls/server.ts";
import type { DtlsPorts } from "../../src/dtls/settings.ts";
import { type Answerer, certificateAnswers, makeIdentity, pskAnswers } from "./dtls-identity.ts";
import { DtlsSimulation, type NetworkConditions } from "./dtls-simulation.ts";

export const dtlsPorts: DtlsPorts = { entropy: nodeEntropy, ephemeralKeys: nodeEphemeralKeys };
export const clientIdentity = makeIdentity();
export const serverIdentity = makeIdentity();
export const preSharedKey = Uint8Array.from({ length: 16 }, (_, i) => i);

export interface PairOptions {
  readonly client?: DtlsClientConfig;
  readonly server?: DtlsServerConfig;
  readonly clientAnswers?: Answerer;
  readonly serverAnswers?: Answerer;
  readonly clientDelayMs?: (need: Need) => number;
  readonly serverDelayMs?: (need: Need) => number;
  readonly conditions?: NetworkConditions;
}

export interface Pair {
  readonly client: DtlsClient;
  readonly server: DtlsServer;
  readonly simulation: DtlsSimulation;
}

/** A client that has sent nothing yet and a server; both hold certificates, and a PSK when the client has an identity. */
export function makePair(options: PairOptions = {}): Pair {
  const psk = options.client?.pskIdentity !== undefined;
  const client = new DtlsClient(options.client ?? {}, dtlsPorts);
  const server = new DtlsServer({ psk, ...options.server }, dtlsPorts);
  const answer = (own: Answerer | undefined, identity: typeof clientIdentity) =>
    own ?? (psk ? pskAnswers(preSharedKey) : certificateAnswers(identity));
  const delays = (answerDelayMs?: (need: Need) => number) => (answerDelayMs ? { answerDelayMs } : {});
  const simulation = new DtlsSimulation(
    { connection: client, answer: answer(options.clientAnswers, clientIdentity), ...delays(options.clientDelayMs) },
    { connection: server, answer: answer(options.serverAnswers, serverIdentity), ...delays(options.serverDelayMs) },
    options.conditions ?? { minDelayMs: 10 },
  );
  return { client, server, simulation };
}

/** A pair whose handshake is done. */
export function connectedPair(options: PairOptions = {}): Pair {
  const pair = makePair(options);
  pair.client.start(0);
  pair.simulation.run();
  const { client, server } = pair.simulation.observers;
  if (!client.session || !server.session) {
    throw new Error("the handshake failed", { cause: client.error ?? server.error });
  }
  return pair;
}
