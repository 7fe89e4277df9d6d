import { readFile } from "node:fs/promises";
import { DtlsTransport } from "../../../src/association/dtls-transport.ts";
import { answerNeed } from "../../../src/association/need-answers.ts";
import { FileCredentialProvider } from "../../../src/credentials/adapters/file/file-credential-provider.ts";
import type { Credential } from "../../../src/credentials/ports/credential.ts";
import { nodeEntropy } from "../../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../../src/crypto/ephemeral-keys.ts";
import { parsePem } from "../../../src/crypto/pem.ts";
import { cipherSuites } from "../../../src/dtls/cipher-suites.ts";
import { DtlsClient } from "../../../src/dtls/client.ts";
import type { DtlsSession, Need, NeedAnswer } from "../../../src/dtls/connection.ts";
import { DtlsListener } from "../../../src/dtls/listener.ts";
import type { ResumableSession } from "../../../src/dtls/resumable-session.ts";
import { PathValidator } from "../../../src/pki/path-validator.ts";
import { monotonicClock, systemWallClock } from "../../../src/platform/clock.ts";
import { nodeTimers } from "../../../src/platform/timers.ts";
import { openUdpPath } from "../../../src/platform/udp-path.ts";
import { DtlsTransports } from "../../../src/sandbox/dtls-transports.ts";
import { ServerSocket } from "../../../src/sandbox/server-socket.ts";
import type { Cleanup } from "./cleanup.ts";
import { EventLog } from "./event-log.ts";

/** Our own end of a DTLS connection with a foreign peer: the product's classes over a real socket, in real time. */
export interface OurEnd {
  /** The suite's IANA name, when the handshake is done. */
  readonly connected: Promise<string>;
  /** A server's: of the first client. */
  readonly session: Promise<DtlsSession>;
  /** How many needs of the handshakes were answered so far. */
  needs(): number;
  readonly received: EventLog<string>;
  send(text: string): void;
  close(): void;
}

/** Credentials by a `file:` URI, the authority of the peer's certificate as a PEM file, suites by their IANA names. */
export interface OurOptions {
  readonly credential: string;
  readonly ca?: string;
  readonly suites?: readonly string[];
  /** How long the credential takes for a signature. */
  readonly signMs?: number;
  /** A client's: a session to offer. */
  readonly resume?: ResumableSession;
  readonly connectionIdLength?: number | false;
}

const ports = { entropy: nodeEntropy, ephemeralKeys: nodeEphemeralKeys };
const files = { read: async (path: string) => Uint8Array.from(await readFile(path)) };

/** Connects to a foreign server on 127.0.0.1. */
export async function connectOurClient(cleanup: Cleanup, port: number, options: OurOptions): Promise<OurEnd> {
  const { signMs = 0, ca, suites, resume } = options;
  const credential = await openCredential(options.credential);
  const verifier = await validator(ca, { role: "server", name: "localhost" });
  const identity = credential.kind === "psk" ? { pskIdentity: credential.preSharedKey.identity } : {};
  const config = { serverName: "localhost", suites: suiteIds(suites), ...identity, ...ids(options) };
  const client = new DtlsClient({ ...config, ...(resume && { resume }) }, ports);
  const path = await openUdpPath({ host: "127.0.0.1", port, family: 4 });
  client.start(monotonicClock.now());
  const { answer, needs } = counted(slowly(answerNeed.bind(undefined, { credential, verifier }), signMs));
  const transport = new DtlsTransport(client, path, { clock: monotonicClock, timers: nodeTimers, answerNeed: answer });
  cleanup.after(() => transport.close());
  return {
    connected: transport.connected.then(({ cipherSuiteName }) => cipherSuiteName),
    session: transport.connected,
    needs,
    received: heard(transport),
    send: (text) => transport.send(new TextEncoder().encode(text)),
    close: () => transport.close(),
  };
}

/** Our end as a server. */
export interface OurServer extends OurEnd {
  readonly port: number;
  /** Every session, in order. */
  readonly sessions: EventLog<DtlsSession>;
}

/** Listens for foreign clients on 127.0.0.1; `connected` and `received` speak of the first that comes. */
export async function listenOurServer(cleanup: Cleanup, options: OurOptions): Promise<OurServer> {
  const { signMs = 0, ca, suites } = options;
  const credential = await openCredential(options.credential);
  const parties = { credential, verifier: await validator(ca, { role: "client" }) };
  const psk = credential.kind === "psk";
  const config = {
    suites: suiteIds(suites),
    psk,
    certificates: !psk,
    requestClientCertificate: ca !== undefined,
    ...ids(options),
  };
  const socket = await ServerSocket.bind("127.0.0.1", 0);
  const received = new EventLog<string>();
  const sessions = new EventLog<DtlsSession>();
  let established: (session: DtlsSession) => void;
  let send: (text: string) => void = () => {};
  const session = new Promise<DtlsSession>((resolve) => {
    established = resolve;
  });
  const { answer, needs } = counted(slowly(answerNeed.bind(undefined, parties), signMs));
  const answers = { clock: monotonicClock, timers: nodeTimers, answerNeed: answer };
  const listener = new DtlsListener(config, ports);
  const transports = new DtlsTransports(listener, socket, answers, (transport, _peer, session) => {
    send = (text) => transport.send(new TextEncoder().encode(text));
    heard(transport, received);
    sessions.push(session);
    established(session);
  });
  const close = (): void => transports.close();
  cleanup.after(async () => {
    close();
    await socket.close();
  });
  const connected = session.then(({ cipherSuiteName }) => cipherSuiteName);
  const { port } = socket.address;
  return { port, connected, session, sessions, needs, received, send: (text) => send(text), close };
}

function openCredential(uri: string): Promise<Credential> {
  return new FileCredentialProvider(files).open(uri, new AbortController().signal);
}

/** Without an authority every certificate is refused: a PSK needs none. */
async function validator(ca: string | undefined, peer: ConstructorParameters<typeof PathValidator>[0]["peer"]) {
  const anchors = ca === undefined ? [] : parsePem(await files.read(ca)).map(({ content }) => content);
  return new PathValidator({ anchors, peer, clock: systemWallClock });
}

function suiteIds(names?: readonly string[]): readonly number[] {
  return cipherSuites.filter(({ name }) => names?.includes(name) ?? true).map(({ id }) => id);
}

function ids({ connectionIdLength }: OurOptions): { connectionIdLength?: number | false } {
  return connectionIdLength === undefined ? {} : { connectionIdLength };
}

type Answer = (need: Need, signal: AbortSignal) => Promise<NeedAnswer>;

/** As slow to sign as a SIM may be. */
function slowly(answer: Answer, signMs: number): Answer {
  return async (need, signal) => {
    if (need.kind === "sign") await new Promise((resolve) => setTimeout(resolve, signMs));
    return answer(need, signal);
  };
}

function counted(answer: Answer): { readonly answer: Answer; readonly needs: () => number } {
  let count = 0;
  return {
    answer(need, signal) {
      count++;
      return answer(need, signal);
    },
    needs: () => count,
  };
}

function heard(
  transport: {
    onDatagram(listener: (datagram: Uint8Array) => void): void;
    onClosed(listener: (error?: Error) => void): void;
  },
  log = new EventLog<string>(),
): EventLog<string> {
  transport.onDatagram((datagram) => log.push(new TextDecoder().decode(datagram)));
  transport.onClosed((error) => log.end(error ?? new Error("closed in order")));
  return log;
}
