import type { Association } from "../../src/association/association.ts";
import type {
  CoapRequest,
  CoapResponse,
  Observation,
  ObservationEnd,
  ObservationOrigin,
  RequestHandler,
} from "../../src/coap/exchange.ts";
import { Code, Method } from "../../src/coap/message.ts";
import type { DtlsSession } from "../../src/dtls/connection.ts";
import type { AssociationFactory } from "../../src/lwm2m/ports/association-factory.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { certificateSession } from "../support/fake-association.ts";
import { type RequestFields, request } from "./bench-device.ts";

export class FakeNetworkError extends CodedError {}

/** A notification as the server got it. */
export interface Notification {
  readonly token: string;
  readonly response: CoapResponse;
  readonly confirmable: boolean;
}

/** One association with the fake server, seen from both ends. */
export class FakeAssociation implements Association {
  readonly peer = "192.0.2.1:5683";
  readonly traffic = { bytesSent: 0, bytesReceived: 0 };
  readonly notifications: Notification[] = [];
  readonly observations = new Map<string, { ended: boolean; listeners: ((cause: ObservationEnd) => void)[] }>();
  readonly handle: RequestHandler;
  readonly session?: DtlsSession;
  readonly #server: FakeServer;
  readonly #listeners: ((error?: Error) => void)[] = [];
  closed = false;

  constructor(server: FakeServer, handle: RequestHandler) {
    this.#server = server;
    this.handle = handle;
    if (server.resumes !== undefined) this.session = { ...certificateSession, resumed: server.resumes };
  }

  async send(message: CoapRequest, signal?: AbortSignal): Promise<CoapResponse> {
    this.traffic.bytesSent += 50;
    const response = await Promise.race([this.#server.answer(message), aborted(signal)]);
    this.traffic.bytesReceived += 10;
    return response;
  }

  adoptObservation({ token }: ObservationOrigin): Observation | undefined {
    const id = decodeUtf8(token, "token");
    return this.observations.has(id) ? undefined : this.#observation(id);
  }

  onClosed(listener: (error?: Error) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    if (!this.closed) this.#server.log.push("close");
    this.lose();
  }

  /** The server, or the network, ends it. */
  lose(error?: Error): void {
    if (this.closed) return;
    this.closed = true;
    for (const token of [...this.observations.keys()]) this.cancel(token, "closed");
    for (const listener of this.#listeners) listener(error);
  }

  /** A request of the server. */
  async ask(method: keyof typeof Method, path: string, fields: RequestFields = {}): Promise<CoapResponse> {
    return this.handle(request(method, path, fields), undefined);
  }

  /** An Observe request; the token is the observation's id. */
  async observe(token: string, path: string, fields: RequestFields = {}): Promise<CoapResponse> {
    this.cancel(token);
    return this.handle(request("GET", path, { ...fields, observe: 0 }), () => this.#observation(token));
  }

  /** An Observe-Composite request in SenML JSON. */
  async observeComposite(token: string, paths: readonly string[], fields: RequestFields = {}): Promise<CoapResponse> {
    this.cancel(token);
    const content = { contentFormat: 110, payload: JSON.stringify(paths.map((n) => ({ n }))) };
    return this.handle(request("FETCH", "/", { ...content, ...fields, observe: 0 }), () => this.#observation(token));
  }

  /** RST, Observe=1, or what else ends it. */
  cancel(token: string, cause: ObservationEnd = "cancelled"): void {
    const entry = this.observations.get(token);
    this.observations.delete(token);
    for (const listener of entry?.listeners ?? []) listener(cause);
  }

  #observation(token: string): Observation {
    const entry = { ended: false, listeners: [] as ((cause: ObservationEnd) => void)[] };
    this.observations.set(token, entry);
    return {
      id: token,
      origin: { token: encodeUtf8(token), key: "", sequence: 0 },
      notify: (response, confirmable) => {
        if (this.observations.get(token) !== entry) return;
        this.notifications.push({ token, response, confirmable });
        if (response.code >= 0x80) this.cancel(token);
      },
      end: () => void this.observations.delete(token),
      onEnded: (listener) => void entry.listeners.push(listener),
    };
  }
}

/** A server in memory: answers as told, 2.01, 2.04 and 2.02 by default, and keeps a log of what it saw. */
export class FakeServer implements AssociationFactory {
  readonly log: string[] = [];
  readonly associations: FakeAssociation[] = [];
  readonly payloads: string[] = [];
  /** What the next connection attempts end in; success when empty. */
  readonly connects: (Error | "never")[] = [];
  /** What the next requests are answered with; the defaults when empty. */
  readonly answers: (CoapResponse | Promise<CoapResponse> | Error | "never" | "closes")[] = [];
  /** Whether new associations are DTLS sessions that are resumed ones; undefined: they are NoSec. */
  resumes: boolean | undefined;
  #registrations = 0;

  get association(): FakeAssociation {
    const last = this.associations.at(-1);
    if (!last) throw new Error("nobody connected");
    return last;
  }

  async connect(handle: RequestHandler, signal: AbortSignal): Promise<Association> {
    const outcome = this.connects.shift();
    this.log.push(`connect${outcome === undefined ? "" : " (fails)"}`);
    if (outcome === "never") await aborted(signal);
    if (outcome instanceof Error) throw outcome;
    const association = new FakeAssociation(this, handle);
    this.associations.push(association);
    return association;
  }

  async answer(message: CoapRequest): Promise<CoapResponse> {
    const method = Object.entries(Method).find(([, code]) => code === message.method)?.[0];
    const query = message.query.length > 0 ? `?${message.query.join("&")}` : "";
    this.log.push(`${method} /${message.path.join("/")}${query}`);
    this.payloads.push(new TextDecoder().decode(message.payload));
    const answer = this.answers.shift();
    if (answer === "never") return new Promise(() => {});
    if (answer instanceof Error) throw answer;
    if (answer === "closes") {
      const error = new FakeNetworkError("CLOSED", "closed by the server");
      this.association.lose(error);
      throw error;
    }
    return answer ?? this.#usual(message);
  }

  /** What was logged since the last call. */
  take(): string[] {
    return this.log.splice(0);
  }

  #usual(message: CoapRequest): CoapResponse {
    if (message.method === Method.DELETE) return { code: Code.Deleted };
    if (message.path.at(-1) !== "rd") return { code: Code.Changed };
    return { code: Code.Created, locationPath: ["rd", `r${++this.#registrations}`] };
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new FakeNetworkError("ABORTED", "aborted"));
    if (signal?.aborted) fail();
    signal?.addEventListener("abort", fail);
  });
}
