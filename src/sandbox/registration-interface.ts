import type { CoapAssociation } from "../association/coap-association.ts";
import type { CoapRequest, CoapResponse } from "../coap/exchange.ts";
import { Code, Method } from "../coap/message.ts";
import type { Registration } from "./registration.ts";

export interface RegistrationListener {
  registered?(registration: Registration): void;
  updated?(registration: Registration): void;
  deregistered?(registration: Registration): void;
}

/** Whether this peer may register under this name; a text says why not. */
export type Admission = (endpoint: string, association: CoapAssociation) => string | undefined;

const answer = (code: number): CoapResponse => ({ code });

/** The registration interface of an LwM2M server (OMA LwM2M Transport 1.2 §6.4.2): Register, Update, De-register. */
export class RegistrationInterface {
  readonly #registrations = new Map<string, Registration>();
  readonly #listener: RegistrationListener;
  readonly #admit: Admission;
  #count = 0;

  constructor(listener: RegistrationListener, admit: Admission = () => undefined) {
    this.#listener = listener;
    this.#admit = admit;
  }

  get registrations(): readonly Registration[] {
    return [...this.#registrations.values()];
  }

  handle(request: CoapRequest, association: CoapAssociation): CoapResponse {
    const [root, id, ...rest] = request.path;
    if (root !== "rd" || rest.length > 0) return answer(Code.NotFound);
    if (id === undefined) {
      return request.method === Method.POST ? this.#register(request, association) : answer(Code.MethodNotAllowed);
    }
    const registration = this.#registrations.get(id);
    if (!registration) return answer(Code.NotFound);
    if (request.method === Method.POST) return this.#update(id, registration, request, association);
    return request.method === Method.DELETE ? this.#deregister(id, registration) : answer(Code.MethodNotAllowed);
  }

  #register(request: CoapRequest, association: CoapAssociation): CoapResponse {
    const query = parameters(request.query);
    const endpoint = query.get("ep");
    const version = query.get("lwm2m");
    const lifetime = seconds(query.get("lt"), 86_400);
    if (!endpoint || !version || lifetime === undefined) return answer(Code.BadRequest);
    if (version !== "1.0" && version !== "1.1") return answer(Code.PreconditionFailed);
    if (this.#admit(endpoint, association) !== undefined) return answer(Code.Forbidden);
    this.#dropOlder(endpoint);
    const id = String(++this.#count);
    const links = text(request.payload);
    const registration = { endpoint, location: ["rd", id], lifetime, version, links, association };
    this.#registrations.set(id, registration);
    this.#listener.registered?.(registration);
    return { code: Code.Created, locationPath: registration.location };
  }

  #update(id: string, old: Registration, request: CoapRequest, association: CoapAssociation): CoapResponse {
    const lifetime = seconds(parameters(request.query).get("lt"), old.lifetime);
    if (lifetime === undefined) return answer(Code.BadRequest);
    const links = request.payload.length > 0 ? text(request.payload) : old.links;
    const registration = { ...old, lifetime, links, association };
    this.#registrations.set(id, registration);
    this.#listener.updated?.(registration);
    return answer(Code.Changed);
  }

  #deregister(id: string, registration: Registration): CoapResponse {
    this.#registrations.delete(id);
    this.#listener.deregistered?.(registration);
    return answer(Code.Deleted);
  }

  /** A device that registers again has forgotten its earlier registration. */
  #dropOlder(endpoint: string): void {
    for (const [id, registration] of this.#registrations) {
      if (registration.endpoint === endpoint) this.#registrations.delete(id);
    }
  }
}

function parameters(query: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    query.map((item) => {
      const equals = item.indexOf("=");
      return equals < 0 ? [item, ""] : [item.slice(0, equals), item.slice(equals + 1)];
    }),
  );
}

/** Undefined when it is there and no number. */
function seconds(digits: string | undefined, fallback: number): number | undefined {
  if (digits === undefined) return fallback;
  return /^\d{1,10}$/.test(digits) ? Number(digits) : undefined;
}

function text(payload: Uint8Array): string {
  return new TextDecoder().decode(payload);
}
