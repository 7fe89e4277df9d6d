import assert from "node:assert/strict";
import { CoapAssociation } from "../../../src/association/coap-association.ts";
import type { CoapRequest, CoapResponse } from "../../../src/coap/exchange.ts";
import { codeText } from "../../../src/coap/message.ts";
import { BootstrapController } from "../../../src/lwm2m/bootstrap/bootstrap-controller.ts";
import type { BootstrapControllerOptions } from "../../../src/lwm2m/bootstrap/bootstrap-controller-options.ts";
import type { BootstrapEvent } from "../../../src/lwm2m/bootstrap/bootstrap-event.ts";
import type { Configuration } from "../../../src/lwm2m/bootstrap/configuration.ts";
import type { SavedBootstrap } from "../../../src/lwm2m/bootstrap/saved-bootstrap.ts";
import type { SecuritySettings } from "../../../src/lwm2m/bootstrap/security-settings.ts";
import type { AssociationFactory } from "../../../src/lwm2m/ports/association-factory.ts";
import { type BootstrapAsk, BootstrapInterface, type BootstrapPlan } from "../../../src/sandbox/bootstrap-interface.ts";
import type { BootstrapStep } from "../../../src/sandbox/bootstrap-step.ts";
import { CodedError } from "../../../src/util/coded-error.ts";
import { fairWeather, type NetworkEnd, networkOfTwo, type Weather } from "../../support/coap-network.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { BootstrapBench, usualPolicy } from "./bootstrap-bench.ts";

/** A bootstrap controller, and the sandbox's bootstrap server behind a network in virtual time. */
export class ControllerBench {
  readonly device: BootstrapBench;
  readonly events: BootstrapEvent[] = [];
  /** What the server saw and did, one line each. */
  readonly log: string[] = [];
  readonly saves: SavedBootstrap[] = [];
  readonly connectedTo: string[] = [];
  plan: BootstrapPlan | ((ask: BootstrapAsk) => BootstrapPlan | undefined) | undefined;
  /** Answers in the place of the bootstrap server. */
  answers: (CoapResponse | "never")[] = [];
  unreachable = false;
  weather: Weather = fairWeather;
  failSave: Error | undefined;
  controller: BootstrapController;
  readonly #random: SeededRandom;
  readonly #more: Partial<BootstrapControllerOptions>;
  #ends: NetworkEnd[] = [];

  constructor(configuration: Configuration, more: Partial<BootstrapControllerOptions> = {}, seed = 1) {
    this.device = new BootstrapBench();
    this.#random = new SeededRandom(seed);
    this.#more = more;
    for (const object of [this.device.security, this.device.server, this.device.accessControl]) {
      object.replace(configuration.get(object.definition.id) ?? new Map());
    }
    this.controller = this.#newController(more.saved);
  }

  get #time() {
    return this.device.time;
  }

  /** A new process with what was saved last. */
  restarted(): void {
    const last = this.saves.at(-1) ?? assert.fail("nothing was saved");
    for (const object of [this.device.security, this.device.server, this.device.accessControl]) {
      object.replace(last.configuration.get(object.definition.id) ?? new Map());
    }
    this.controller = this.#newController(last);
  }

  async started(): Promise<this> {
    this.controller.start();
    await this.advance(0);
    return this;
  }

  advance(seconds: number): Promise<void> {
    return this.#time.advance(1000 * seconds);
  }

  /** States entered since the last call. */
  states(): string[] {
    return this.take("transition").map(({ to }) => to);
  }

  take<T extends BootstrapEvent["type"]>(type: T): (BootstrapEvent & { readonly type: T })[] {
    const isWanted = (event: BootstrapEvent): event is BootstrapEvent & { readonly type: T } => event.type === type;
    const wanted = this.events.filter(isWanted);
    for (const event of wanted) this.events.splice(this.events.indexOf(event), 1);
    return wanted;
  }

  /** Both ends of every association lose each other. */
  loseNetwork(): void {
    for (const end of this.#ends.splice(0)) end.close(new CodedError("PEER_LOST", "the peer is lost"));
  }

  #newController(saved: BootstrapControllerOptions["saved"]): BootstrapController {
    return new BootstrapController({
      endpointName: "dev1",
      objects: this.device.objects,
      policy: usualPolicy,
      store: {
        save: async (state) => {
          if (this.failSave) throw this.failSave;
          this.saves.push(state);
        },
      },
      associations: (account) => this.#associations(account),
      retry: { firstDelayMs: 10_000, maxDelayMs: 3_600_000, jitter: 0 },
      clock: this.#time,
      wallClock: this.#time,
      timers: this.#time,
      entropy: { randomBytes: (length) => new Uint8Array(length) },
      logger: this.device.logger,
      onEvent: (event) => void this.events.push(event),
      ...this.#more,
      ...(saved && { saved }),
    });
  }

  #associations(account: SecuritySettings): AssociationFactory {
    return {
      connect: async (handle) => {
        this.connectedTo.push(account.uri);
        if (this.unreachable) throw new CodedError("SERVER_UNREACHABLE", "no answer");
        const [near, far] = networkOfTwo(this.#time, this.#random, this.weather);
        this.#ends.push(near, far);
        const ports = { clock: this.#time, timers: this.#time, entropy: this.#random, logger: this.device.logger };
        const server: CoapAssociation = new CoapAssociation({
          ...ports,
          transport: far,
          peer: "192.0.2.9:40000",
          handle: (request) => this.#serve(request, server),
        });
        return new CoapAssociation({ ...ports, transport: near, handle, peer: "192.0.2.1:5683" });
      },
    };
  }

  #serve(request: CoapRequest, association: CoapAssociation): CoapResponse | Promise<CoapResponse> {
    const query = request.query.length > 0 ? `?${request.query.join("&")}` : "";
    this.log.push(`${request.method === 1 ? "GET" : "POST"} /${request.path.join("/")}${query}`);
    const answer = this.answers.shift();
    if (answer === "never") return new Promise(() => {});
    if (answer) return answer;
    const { plan } = this;
    const stepped = (_: string, step: BootstrapStep, outcome: CoapResponse | Error) => {
      const path = "path" in step ? ` ${step.path}` : "";
      this.log.push(`${step.type}${path} ${outcome instanceof Error ? outcome.message : codeText(outcome.code)}`);
    };
    const bootstrap = new BootstrapInterface((ask) => (typeof plan === "function" ? plan(ask) : plan), this.#time, {
      stepped,
    });
    return bootstrap.handle(request, association);
  }
}
