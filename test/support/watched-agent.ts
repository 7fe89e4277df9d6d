import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Agent } from "../../src/agent/agent.ts";
import type { AgentEvent } from "../../src/agent/agent-event.ts";
import { createMachineAgent } from "../../src/agent/machine-agent.ts";
import { parseConfig } from "../../src/cli/config/load-config.ts";
import type { LogFields } from "../../src/util/log.ts";

type EventOf<T extends AgentEvent["type"]> = Extract<AgentEvent, { type: T }>;

/** An agent of this machine under observation. */
export class WatchedAgent {
  readonly agent: Agent;
  readonly events: readonly AgentEvent[];
  /** Warnings and errors, with their reasons. */
  readonly warnings: readonly string[];
  /** Every line of every level, with all fields. */
  readonly log: readonly string[];
  readonly #listeners: Set<() => void>;

  private constructor(
    agent: Agent,
    events: AgentEvent[],
    log: { all: string[]; warnings: string[] },
    listeners: Set<() => void>,
  ) {
    this.agent = agent;
    this.events = events;
    this.warnings = log.warnings;
    this.log = log.all;
    this.#listeners = listeners;
  }

  /** `config` as in a file of the folder; its state goes there too. */
  static async start(t: TestContext, folder: string, config: object): Promise<WatchedAgent> {
    const events: AgentEvent[] = [];
    const log = { all: [] as string[], warnings: [] as string[] };
    const listeners = new Set<() => void>();
    const note = (message: string, fields?: LogFields) => void log.all.push(`${message} ${JSON.stringify(fields)}`);
    const complain = (message: string, fields?: LogFields) => {
      note(message, fields);
      log.warnings.push(`${message} ${fields?.reason}`);
    };
    const text = JSON.stringify({ stateDirectory: "state", ...config });
    const agent = await createMachineAgent(parseConfig(text, join(folder, "agent.yaml")), {
      logger: { debug: note, info: note, warn: complain, error: complain },
      onEvent: (event) => {
        events.push(event);
        for (const listener of [...listeners]) listener();
      },
    });
    t.after(() => agent.stop());
    agent.start();
    return new WatchedAgent(agent, events, log, listeners);
  }

  /** The first event of a type, also one that was there already; of those after the first `from` events. */
  until<T extends AgentEvent["type"]>(
    type: T,
    matches: (event: EventOf<T>) => boolean = () => true,
    from = 0,
  ): Promise<EventOf<T>> {
    const isWanted = (event: AgentEvent): event is EventOf<T> => event.type === type && matches(event as EventOf<T>);
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.events.slice(from).find(isWanted);
        if (!found) return;
        this.#listeners.delete(look);
        resolve(found);
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** Registered with a server, by Short Server ID. */
  registered(server: number, from = 0): Promise<EventOf<"registered">> {
    return this.until("registered", (event) => event.server === server, from);
  }
}
