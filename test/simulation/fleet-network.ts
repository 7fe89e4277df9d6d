import type { Association } from "../../src/association/association.ts";
import type { CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { Code } from "../../src/coap/message.ts";
import type { AssociationFactory } from "../../src/lwm2m/ports/association-factory.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import type { FleetTime } from "./fleet-time.ts";

/** How an attempt to connect goes while the server is away. Milliseconds from its beginning. */
export interface AttemptTimes {
  /** What is sent then is heard by a server that has come back. */
  readonly sendsAt: readonly number[];
  readonly givesUpAt: number;
}

/** The network says at once that there is nobody. */
export const refusedAtOnce: AttemptTimes = { sendsAt: [0], givesUpAt: 0 };
/** Nobody answers the retransmissions of a handshake. */
export const timedOut: AttemptTimes = { sendsAt: [0, 1000, 3000, 7000, 15_000], givesUpAt: 31_000 };

/** The one management server of a fleet, and a bootstrap server that is never there. */
export class FleetNetwork {
  /** When each attempt to reach either server began, per agent. Milliseconds. */
  readonly attempts: number[][];
  readonly #time: FleetTime;
  readonly #attempt: AttemptTimes;
  readonly #associations = new Set<FleetAssociation>();
  #downUntil = 0;

  constructor(time: FleetTime, agents: number, attempt: AttemptTimes) {
    this.#time = time;
    this.#attempt = attempt;
    this.attempts = Array.from({ length: agents }, () => []);
  }

  /** Every association is lost at once, and none comes about before then. */
  fail(until: number): void {
    this.#downUntil = until;
    for (const association of [...this.#associations]) association.lose();
    this.#associations.clear();
  }

  server(agent: number): AssociationFactory {
    return { connect: (_, signal) => this.#connect(agent, () => this.#downUntil, signal) };
  }

  bootstrapServer(agent: number): AssociationFactory {
    return { connect: (_, signal) => this.#connect(agent, () => Number.POSITIVE_INFINITY, signal) };
  }

  #connect(agent: number, downUntil: () => number, signal: AbortSignal): Promise<Association> {
    const begin = this.#time.now();
    this.attempts[agent]?.push(begin);
    const { sendsAt, givesUpAt } = this.#attempt;
    const heard = sendsAt.find((after) => begin + after >= downUntil());
    if (heard === undefined && givesUpAt === 0) return Promise.reject(unreachable);
    return new Promise((resolve, reject) => {
      const abort = () => reject(unreachable);
      signal.addEventListener("abort", abort, { once: true });
      this.#time.schedule(heard ?? givesUpAt, () => {
        signal.removeEventListener("abort", abort);
        if (heard === undefined) reject(unreachable);
        else resolve(this.#newAssociation());
      });
    });
  }

  #newAssociation(): Association {
    const association = new FleetAssociation();
    this.#associations.add(association);
    return association;
  }
}

/** One for all: a stack trace for each of a quarter of a million would be most of the work. */
const unreachable = new CodedError("SERVER_UNREACHABLE", "no answer");

/** A server that agrees to everything. */
class FleetAssociation implements Association {
  readonly peer = "192.0.2.1:5683";
  #onClosed: ((error?: Error) => void) | undefined;

  async send({ path }: CoapRequest): Promise<CoapResponse> {
    return path.at(-1) === "rd" ? { code: Code.Created, locationPath: ["rd", "x"] } : { code: Code.Changed };
  }

  adoptObservation(): undefined {
    return undefined;
  }

  onClosed(listener: (error?: Error) => void): void {
    this.#onClosed = listener;
  }

  lose(): void {
    this.#onClosed?.(new CodedError("PEER_LOST", "the server went away"));
  }

  async close(): Promise<void> {
    this.#onClosed?.();
  }
}
