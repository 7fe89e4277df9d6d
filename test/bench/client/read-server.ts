import type { Cleanup } from "../../support/foreign/cleanup.ts";
import { ForeignProcess } from "../../support/foreign/foreign-process.ts";
import { javaProgram, pinned } from "./programs.ts";

interface Listening {
  readonly event: "listening";
  readonly coap: number;
  readonly coaps: number;
}

/** What a series of reads took. */
export interface ReadSeries {
  readonly event: "read";
  readonly failures: number;
  readonly payloadBytes: number;
  readonly coldSeconds: number;
  readonly warmSeconds: number;
}

type Line = Listening | ReadSeries | { readonly event: "registered" | "known"; readonly endpoint: string };

export interface Series {
  readonly format: string;
  readonly path: string;
  readonly count: number;
  /** How many of the first reads, and of the last. */
  readonly cold: number;
  readonly warm: number;
}

/** Leshan as the server of all contenders; it does the reading and looks at the clock. */
export class ReadServer {
  readonly #process: ForeignProcess<Line>;
  readonly coap: number;
  readonly coaps: number;

  private constructor(process: ForeignProcess<Line>, { coap, coaps }: Listening) {
    this.#process = process;
    this.coap = coap;
    this.coaps = coaps;
  }

  static async start(cleanup: Cleanup, models: string, cpu: number): Promise<ReadServer> {
    const program = javaProgram("interop.leshan.bench.ReadServer", ["--models", models]);
    const process = new ForeignProcess(cleanup, pinned(program, cpu), (line): Line => JSON.parse(line));
    const is = (line: Line): line is Listening => line.event === "listening";
    return new ReadServer(process, await process.events.waitFor(is, "ports from Leshan", 60));
  }

  /** Its identity is the name of the endpoint. */
  async addPsk(endpoint: string, hex: string): Promise<void> {
    this.#process.say(`psk ${endpoint} ${hex}`);
    await this.#process.events.waitFor((line) => line.event === "known", "answer to psk");
  }

  async registered(endpoint: string): Promise<void> {
    const is = (line: Line) => line.event === "registered" && line.endpoint === endpoint;
    await this.#process.events.waitFor(is, `registration of ${endpoint}`, 60);
  }

  /** Throws when a read failed. */
  async read(endpoint: string, { format, path, count, cold, warm }: Series): Promise<ReadSeries> {
    this.#process.say(["read", endpoint, format, path, count, cold, warm].join(" "));
    const is = (line: Line): line is ReadSeries => line.event === "read";
    const series = await this.#process.events.waitFor(is, `reads from ${endpoint}`, 600);
    if (series.failures > 0) throw new Error(`${series.failures} of ${count} reads from ${endpoint} failed`);
    return series;
  }
}
