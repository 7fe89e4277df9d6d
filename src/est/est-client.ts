import type { Association } from "../association/association.ts";
import type { CoapRequest, CoapResponse } from "../coap/exchange.ts";
import { Code, Method } from "../coap/message.ts";
import { CodedError } from "../util/coded-error.ts";
import { type Logger, silentLogger } from "../util/log.ts";
import type { Timers } from "../util/time.ts";
import { type CsrAttribute, parseCsrAttributes } from "./csr-attributes.ts";
import {
  certificatesIn,
  demandSuccess,
  readAnswer,
  type ServerMadeKey,
  serverMadeKeyIn,
  unexpectedFormat,
} from "./est-answers.ts";
import { EstError } from "./est-error.ts";
import { EstFormat } from "./est-format.ts";
import type { EstFunction } from "./est-function.ts";
import { type EstRootOptions, EstRoots } from "./est-roots.ts";
import { pause } from "./pause.ts";
import { demandFitSession, type SessionDemands } from "./session-demands.ts";

export interface EstClientOptions extends EstRootOptions, SessionDemands {
  /** What is asked for; both forms are taken in answers. EstFormat.certsOnly when absent: every server has it. */
  readonly accept?: typeof EstFormat.certsOnly | typeof EstFormat.certificate;
  /** The server says "later": how long in all to wait in this session and ask again. 120 s when absent. */
  readonly patienceMs?: number;
  /** Lets the server make private keys (skg, skc). Only for keys in software: one on a card never travels. */
  readonly allowServerKeys?: boolean;
}

export interface EstClientPorts {
  readonly timers: Timers;
  readonly logger?: Logger;
}

const nothing = new Uint8Array(0);
/** Whatever the server says: no busy loop. */
const shortestWaitMs = 1000;

/**
 * EST over CoAPS (RFC 9148) on an established association. All certificates are DER and not yet believed. Everything
 * rejects with an EstError.
 */
export class EstClient {
  readonly #association: Association;
  readonly #options: EstClientOptions;
  readonly #timers: Timers;
  readonly #roots: EstRoots;

  /** Throws EstError "EST_SESSION_UNFIT" for an association that shows no certificates. */
  constructor(association: Association, options: EstClientOptions, { timers, logger = silentLogger }: EstClientPorts) {
    demandFitSession(association, options);
    this.#association = association;
    this.#options = options;
    this.#timers = timers;
    this.#roots = new EstRoots(association, options, logger);
  }

  /** To be remembered for the next session, once it is known. */
  get root(): readonly string[] | undefined {
    return this.#roots.found;
  }

  /** The present set of CA certificates: roots, and links between an old and a new one. */
  async caCertificates(signal?: AbortSignal): Promise<readonly Uint8Array[]> {
    const what = "EST CA certificates";
    return certificatesIn(demandSuccess(await this.#get("crts", this.#accept, signal), what), what);
  }

  /** A first certificate for a CSR (DER): it and, where the server sends them, its issuers, in any order. */
  enrol(csr: Uint8Array, signal?: AbortSignal): Promise<readonly Uint8Array[]> {
    return this.#submit("sen", csr, signal);
  }

  /** A successor of the certificate that authenticates this session. */
  reenrol(csr: Uint8Array, signal?: AbortSignal): Promise<readonly Uint8Array[]> {
    return this.#submit("sren", csr, signal);
  }

  /** What the server wants in a CSR; nothing where it has no such function. */
  async csrAttributes(signal?: AbortSignal): Promise<readonly CsrAttribute[]> {
    const what = "EST CSR attributes";
    const response = await this.#get("att", EstFormat.csrAttributes, signal);
    if (response.code === Code.NotFound || response.code === Code.MethodNotAllowed) return [];
    const { payload = nothing, contentFormat = EstFormat.csrAttributes } = demandSuccess(response, what);
    if (payload.length === 0) return [];
    return readAnswer(what, () => {
      if (contentFormat !== EstFormat.csrAttributes) throw unexpectedFormat(contentFormat);
      return parseCsrAttributes(payload);
    });
  }

  /** A key pair made by the server: see `allowServerKeys`. */
  async serverMadeKey(csr: Uint8Array, signal?: AbortSignal): Promise<ServerMadeKey> {
    if (!this.#options.allowServerKeys)
      throw new CodedError("SERVER_KEYS_NOT_ALLOWED", "a private key from the server is not allowed by configuration");
    const name = this.#accept === EstFormat.certificate ? "skc" : "skg";
    const what = `EST server key generation (${name})`;
    return serverMadeKeyIn(await this.#post(name, csr, EstFormat.multipart, what, signal), what);
  }

  get #accept(): number {
    return this.#options.accept ?? EstFormat.certsOnly;
  }

  async #submit(name: "sen" | "sren", csr: Uint8Array, signal?: AbortSignal): Promise<readonly Uint8Array[]> {
    const what = name === "sen" ? "EST enrolment" : "EST re-enrolment";
    return certificatesIn(await this.#post(name, csr, this.#accept, what, signal), what);
  }

  #get(name: EstFunction, accept: number, signal?: AbortSignal): Promise<CoapResponse> {
    return this.#send(name, { method: Method.GET, query: [], accept, options: [], payload: nothing }, signal);
  }

  /** Sends the same bytes again as long as the server works on them (RFC 9148 §4.7). */
  async #post(name: EstFunction, csr: Uint8Array, accept: number, what: string, signal?: AbortSignal) {
    const request = {
      method: Method.POST,
      query: [],
      contentFormat: EstFormat.pkcs10,
      accept,
      options: [],
      payload: csr,
    };
    let patienceMs = this.#options.patienceMs ?? 120_000;
    for (;;) {
      try {
        return demandSuccess(await this.#send(name, request, signal), what);
      } catch (error) {
        const waitMs = pendingForMs(error);
        if (waitMs === undefined || waitMs > patienceMs) throw error;
        patienceMs -= waitMs;
        await pause(waitMs, this.#timers, signal);
      }
    }
  }

  /** The first answer that is not 4.04, or that of the last root. */
  async #send(name: EstFunction, request: Omit<CoapRequest, "path">, signal?: AbortSignal): Promise<CoapResponse> {
    let response: CoapResponse = { code: Code.NotFound };
    try {
      for (const root of await this.#roots.candidates(signal)) {
        response = await this.#association.send({ ...request, path: [...root, name] }, signal);
        if (response.code === Code.NotFound) continue;
        this.#roots.settle(root);
        break;
      }
      return response;
    } catch (cause) {
      throw new EstError("EST_UNREACHABLE", `no answer from the EST server at ${this.#association.peer}`, { cause });
    }
  }
}

function pendingForMs(error: unknown): number | undefined {
  if (!(error instanceof EstError) || error.code !== "EST_PENDING") return undefined;
  return Math.max(shortestWaitMs, error.retryAfterMs ?? 0);
}
