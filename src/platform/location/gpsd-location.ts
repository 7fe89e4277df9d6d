import { connect, type Socket } from "node:net";
import type { Fix, LocationPort } from "../../lwm2m/ports/location-port.ts";
import type { Logger } from "../../util/log.ts";
import { RetrySchedule } from "../../util/retry-schedule.ts";
import type { Timer, Timers } from "../../util/time.ts";
import { LineSplitter } from "../line-socket/line-splitter.ts";
import { positionReport } from "./position-report.ts";

/** gpsd(8) promises reports of at most 10240 characters. */
const longestReport = 65_536;
const policy = { firstDelayMs: 1_000, maxDelayMs: 60_000, jitter: 0.2 };

export interface GpsdOptions {
  readonly host: string;
  readonly port: number;
  readonly timers: Timers;
  readonly entropy: { randomBytes(length: number): Uint8Array };
  readonly logger: Logger;
}

/** Positions from gpsd, which is asked to report each (gpsd_json(5)). Away, it is tried again; the last position stays. */
export class GpsdLocation implements LocationPort {
  readonly #options: GpsdOptions;
  readonly #schedule: RetrySchedule;
  readonly #listeners = new Set<() => void>();
  #fix: Fix | undefined;
  #socket: Socket | undefined;
  #timer: Timer | undefined;
  #said = false;
  #closed = false;

  constructor(options: GpsdOptions) {
    this.#options = options;
    this.#schedule = new RetrySchedule(policy, options.entropy);
    this.#connect();
  }

  fix(): Fix | undefined {
    return this.#fix;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#socket?.destroy();
  }

  #connect(): void {
    const { host, port } = this.#options;
    const reports = new LineSplitter(longestReport);
    let reason = "it closed the connection";
    const socket = connect({ host, port }, () => socket.write('?WATCH={"enable":true,"json":true};\n'));
    this.#socket = socket;
    socket.on("data", (chunk) => {
      for (const line of reports.push(chunk)) {
        if ("text" in line) this.#take(line.text);
        else if (line.fatal) socket.destroy();
      }
    });
    socket.on("error", (error) => {
      reason = error.message;
    });
    socket.on("close", () => this.#lost(reason));
  }

  #take(line: string): void {
    const fix = positionReport(line, () => Date.now());
    if (!fix) return;
    if (this.#said) this.#options.logger.info("gpsd reports positions again");
    this.#said = false;
    this.#schedule.reset();
    this.#fix = fix;
    for (const listener of [...this.#listeners]) listener();
  }

  #lost(reason: string): void {
    if (this.#closed) return;
    const { host, port, logger, timers } = this.#options;
    if (!this.#said) logger.warn("no positions from gpsd", { host, port, reason });
    this.#said = true;
    this.#timer = timers.schedule(this.#schedule.next(), () => this.#connect());
  }
}
