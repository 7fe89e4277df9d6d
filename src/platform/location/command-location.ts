import type { CommandPort } from "../../lwm2m/ports/command-port.ts";
import type { Fix, LocationPort } from "../../lwm2m/ports/location-port.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import { positionReport } from "./position-report.ts";

/** Positions that a program prints as one JSON object with gpsd's names; asked when a server asks. */
export class CommandLocation implements LocationPort {
  readonly #command: readonly string[];
  readonly #timeoutMs: number;
  readonly #commands: CommandPort;
  readonly #logger: Logger;
  #running: Promise<Fix | undefined> | undefined;
  #said = false;

  constructor(command: readonly string[], timeoutMs: number, commands: CommandPort, logger: Logger) {
    this.#command = command;
    this.#timeoutMs = timeoutMs;
    this.#commands = commands;
    this.#logger = logger;
  }

  /** One run answers a Read of all seven resources, which asks for each. */
  fix(): Promise<Fix | undefined> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<Fix | undefined> {
    try {
      const environment = { LWM2M_OPERATION: "read", LWM2M_PATH: "/6/0" };
      const output = await this.#commands.run({ command: this.#command, environment, timeoutMs: this.#timeoutMs });
      this.#said = false;
      return positionReport(new TextDecoder().decode(output), () => Date.now());
    } catch (error) {
      if (!this.#said) this.#logger.warn("no position from the command", { reason: describeError(error) });
      this.#said = true;
      return undefined;
    }
  }
}
