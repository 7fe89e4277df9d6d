import { ServerAccount, type ServerAccountOptions } from "../../src/lwm2m/server-account.ts";
import type { ServerAccountEvent } from "../../src/lwm2m/server-account-event.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import type { Logger } from "../../src/util/log.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { BenchDevice } from "./bench-device.ts";
import { FakeServer } from "./fake-server.ts";

/** A device, a server account and a fake server in virtual time. */
export class BenchAccount {
  readonly device = new BenchDevice();
  readonly server = new FakeServer();
  readonly events: ServerAccountEvent[] = [];
  readonly logged: string[] = [];
  readonly account: ServerAccount;

  constructor(options: Partial<ServerAccountOptions> = {}) {
    this.account = new ServerAccount({
      endpointName: "dev1",
      server: this.device.server,
      dataModel: this.device.model,
      associations: this.server,
      retry: { firstDelayMs: 2000, maxDelayMs: 300_000, jitter: 0 },
      clock: this.device.time,
      timers: this.device.time,
      entropy: new SeededRandom(1),
      logger: this.#logger(),
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  advance(seconds: number): Promise<void> {
    return this.device.time.advance(1000 * seconds);
  }

  /** Starts and lets the first Register happen. */
  async started(): Promise<this> {
    this.account.start();
    await this.advance(0);
    return this;
  }

  types(): string[] {
    return this.events.splice(0).map(({ type }) => type);
  }

  #logger(): Logger {
    const at = (level: string) => (message: string) => void this.logged.push(`${level}: ${message}`);
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }
}

export function timeout(): Error {
  return new CodedError("TIMEOUT", "no answer");
}
