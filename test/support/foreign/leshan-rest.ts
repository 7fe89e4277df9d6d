import type { Cleanup } from "./cleanup.ts";
import { type LeshanEvents, openEvents } from "./event-stream.ts";
import type { LeshanAnswer, LeshanFormat, LeshanNode, LeshanRegistration, LeshanSecurity } from "./leshan-json.ts";

/** HTTP said no: 400 bad request or device not registered, 504 no answer from the device, 500 an answer that makes no sense. */
export class LeshanHttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(`${status} ${message}`);
    this.status = status;
  }
}

/** What both servers have: who proves itself how, and events. */
class LeshanFace {
  protected readonly base: string;
  private readonly cleanup: Cleanup;

  constructor(cleanup: Cleanup, base: string) {
    this.cleanup = cleanup;
    this.base = base;
  }

  async allow(security: LeshanSecurity): Promise<void> {
    await this.call("PUT", "/security/clients", security);
  }

  async disallow(endpoint: string): Promise<void> {
    await this.call("DELETE", `/security/clients/${encodeURIComponent(endpoint)}`);
  }

  allowed(): Promise<LeshanSecurity[]> {
    return this.call("GET", "/security/clients");
  }

  /** Of one endpoint (then with its CoAP messages) or of all. Open it before what it should hear begins. */
  events(endpoint?: string): Promise<LeshanEvents> {
    const query = endpoint === undefined ? "" : `?ep=${encodeURIComponent(endpoint)}`;
    return openEvents(this.cleanup, `${this.base}/event${query}`);
  }

  protected async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const payload = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
    const response = await fetch(this.base + path, { method, ...(payload === undefined ? {} : { body: payload }) });
    const text = await response.text();
    if (!response.ok) throw new LeshanHttpError(response.status, text);
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  }
}

/** The management server. Paths are LwM2M paths such as `/3/0/0`. */
export class LeshanManagement extends LeshanFace {
  registrations(): Promise<LeshanRegistration[]> {
    return this.call("GET", "/clients");
  }

  registration(endpoint: string): Promise<LeshanRegistration> {
    return this.call("GET", this.of(endpoint, ""));
  }

  read(endpoint: string, path: string, format?: LeshanFormat): Promise<LeshanAnswer> {
    return this.call("GET", this.of(endpoint, path, { format }));
  }

  write(endpoint: string, path: string, node: LeshanNode, options: WriteOptions = {}): Promise<LeshanAnswer> {
    const replace = options.update ? "false" : undefined;
    const timeout = options.timeoutSeconds?.toString();
    return this.call("PUT", this.of(endpoint, path, { format: options.format, replace, timeout }), node);
  }

  execute(endpoint: string, path: string, args?: string): Promise<LeshanAnswer> {
    return this.call("POST", this.of(endpoint, path), args);
  }

  discover(endpoint: string, path: string): Promise<LeshanAnswer> {
    return this.call("GET", this.of(endpoint, `${path}/discover`));
  }

  /** `pmin=1&pmax=60`; a name without a value takes the attribute away. */
  writeAttributes(endpoint: string, path: string, attributes: string): Promise<LeshanAnswer> {
    return this.call("PUT", `${this.of(endpoint, `${path}/attributes`)}?${attributes}`);
  }

  create(endpoint: string, path: string, instance: LeshanNode, format?: LeshanFormat): Promise<LeshanAnswer> {
    return this.call("POST", this.of(endpoint, path, { format }), instance);
  }

  delete(endpoint: string, path: string): Promise<LeshanAnswer> {
    return this.call("DELETE", this.of(endpoint, path));
  }

  observe(endpoint: string, path: string, format?: LeshanFormat): Promise<LeshanAnswer> {
    return this.call("POST", this.of(endpoint, `${path}/observe`, { format }));
  }

  /** Actively by a request with Observe=1, or passively: the next notification is answered by RST. */
  cancel(endpoint: string, path: string, how: "active" | "passive"): Promise<LeshanAnswer> {
    const active = how === "active" ? "?active" : "";
    return this.call("DELETE", this.of(endpoint, `${path}/observe`) + active);
  }

  readComposite(endpoint: string, paths: readonly string[], formats: CompositeFormats = {}) {
    const query = { paths: paths.join(","), ...formats };
    return this.call<LeshanAnswer<Record<string, LeshanNode | null>>>("GET", this.of(endpoint, "/composite", query));
  }

  writeComposite(endpoint: string, nodes: Readonly<Record<string, LeshanNode>>, formats: CompositeFormats = {}) {
    return this.call<LeshanAnswer>("PUT", this.of(endpoint, "/composite", { ...formats }), nodes);
  }

  observeComposite(endpoint: string, paths: readonly string[], formats: CompositeFormats = {}) {
    const query = { paths: paths.join(","), ...formats };
    return this.call<LeshanAnswer<Record<string, LeshanNode | null>>>(
      "POST",
      this.of(endpoint, "/composite/observe", query),
    );
  }

  cancelComposite(endpoint: string, paths: readonly string[], how: "active" | "passive"): Promise<LeshanAnswer> {
    const active = how === "active" ? "&active" : "";
    return this.call("DELETE", this.of(endpoint, "/composite/observe", { paths: paths.join(",") }) + active);
  }

  private of(endpoint: string, path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
    const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
    return `/clients/${encodeURIComponent(endpoint)}${path}${given.length > 0 ? `?${given.join("&")}` : ""}`;
  }
}

/** A write replaces, unless it is an update; the format is SenML CBOR or TLV as Leshan chooses when not given. */
export interface WriteOptions {
  readonly format?: LeshanFormat;
  readonly update?: boolean;
  /** For the device's answer; 5 when absent. */
  readonly timeoutSeconds?: number;
}

/** Formats of the paths asked for and of the values; SenML CBOR when not given. */
export interface CompositeFormats {
  readonly pathformat?: LeshanFormat;
  readonly nodeformat?: LeshanFormat;
}

/** The bootstrap server. Configurations are Leshan's own JSON, sent as they are. */
export class LeshanBootstrap extends LeshanFace {
  async configure(endpoint: string, configuration: Readonly<Record<string, unknown>>): Promise<void> {
    await this.call("PUT", `/bootstrap/${encodeURIComponent(endpoint)}`, configuration);
  }

  /** How EST deals with requests from now on. */
  async enrolment(policy: EstPolicy): Promise<void> {
    await this.call("PUT", "/est", policy);
  }

  configurations(): Promise<Record<string, unknown>> {
    return this.call("GET", "/bootstrap");
  }

  async forget(endpoint: string): Promise<void> {
    await this.call("DELETE", `/bootstrap/${encodeURIComponent(endpoint)}`);
  }
}

/** Seconds: of the 5.03 before each new request, of a certificate's life. `binding`: att asks for a bound request. */
export interface EstPolicy {
  readonly delay?: number;
  readonly lifetime?: number;
  readonly binding?: boolean;
}
