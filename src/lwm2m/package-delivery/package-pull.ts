import type { Entropy } from "../../crypto/ports.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import { type RetryPolicy, RetrySchedule } from "../../util/retry-schedule.ts";
import type { Timers } from "../../util/time.ts";
import { DeliveryError } from "./delivery-error.ts";
import type { DownloadBegin, DownloadSink, DownloadSources, Login } from "./download-source.ts";
import type { PackageSpool, SpoolFile } from "./package-spool.ts";
import { pause } from "./pause.ts";

/** Where a package is fetched from. */
export interface PullTarget {
  readonly uri: string;
  readonly login?: Login;
}

/** What has to be known besides the bytes in the spool to fetch the rest. */
export type PullProgress = Omit<DownloadBegin, "offset">;

export interface PullPorts {
  readonly spool: PackageSpool;
  readonly sources: DownloadSources;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly retry: RetryPolicy;
  readonly maxAttempts: number;
  /** Throws DeliveryError. */
  checkSize(bytes: number): void;
  save(progress: PullProgress): Promise<void>;
}

/** One package being fetched, over as many connections as it takes. */
export class PackagePull {
  readonly #name: string;
  readonly #target: PullTarget;
  readonly #ports: PullPorts;
  #progress: PullProgress | undefined;

  constructor(name: string, target: PullTarget, ports: PullPorts) {
    this.#name = name;
    this.#target = target;
    this.#ports = ports;
  }

  /** Rejects with DeliveryError, "connection-lost" after too many attempts, or with the reason of the signal. */
  async run(progress: PullProgress | undefined, signal: AbortSignal): Promise<void> {
    const { entropy, timers, logger, retry, maxAttempts, spool } = this.#ports;
    const schedule = new RetrySchedule(retry, entropy);
    this.#progress = progress;
    for (;;) {
      signal.throwIfAborted();
      const before = await spool.size(this.#name);
      try {
        await this.#attempt(signal);
        return;
      } catch (cause) {
        if (signal.aborted || cause instanceof DeliveryError) throw cause;
        if ((await spool.size(this.#name)) > before) schedule.reset();
        const reason = describeError(cause);
        if (schedule.attempts + 1 >= maxAttempts) {
          throw new DeliveryError("connection-lost", `${maxAttempts} attempts brought nothing`, { cause });
        }
        const delayMs = schedule.next();
        logger.info("package download interrupted", { reason, againInMs: delayMs });
        await pause(delayMs, timers, signal);
      }
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    const { uri, login } = this.#target;
    const file = await this.#ports.spool.open(this.#name);
    try {
      const offset = await this.#keep(file);
      const { validator, totalBytes } = this.#progress ?? {};
      // Killed between the last byte and the word that it was the last.
      if (offset > 0 && offset === totalBytes) return;
      const scheme = uri.slice(0, uri.indexOf(":")).toLowerCase();
      const source = this.#ports.sources.get(scheme);
      if (!source) throw new DeliveryError("unsupported-protocol", `packages are not fetched by "${scheme}"`);
      const request = { uri, offset, ...(validator !== undefined && { validator }), ...(login && { login }) };
      await source.download(request, this.#sink(file), signal);
      await file.flush();
    } finally {
      await file.close();
    }
  }

  /** Bytes of the spool that the rest may be put after. */
  async #keep(file: SpoolFile): Promise<number> {
    const { validator, unit = 1 } = this.#progress ?? {};
    const whole = file.length === this.#progress?.totalBytes ? file.length : Math.floor(file.length / unit) * unit;
    const kept = validator === undefined ? 0 : whole;
    if (kept !== file.length) await file.truncate(kept);
    return kept;
  }

  #sink(file: SpoolFile): DownloadSink {
    return {
      begin: async (body) => {
        if (file.length !== body.offset) await file.truncate(body.offset);
        const resumed = body.offset > 0 ? this.#progress?.totalBytes : undefined;
        const totalBytes = body.totalBytes ?? resumed;
        const { validator, unit } = body;
        await this.#checkRoom(totalBytes ?? 0, file.length);
        await this.#save({
          unit,
          ...(validator !== undefined && { validator }),
          ...(totalBytes !== undefined && { totalBytes }),
        });
      },
      append: async (bytes) => {
        this.#ports.checkSize(file.length + bytes.length);
        await file.append(bytes);
      },
    };
  }

  async #checkRoom(totalBytes: number, present: number): Promise<void> {
    this.#ports.checkSize(totalBytes);
    const free = await this.#ports.spool.free();
    if (free !== undefined && totalBytes - present > free) {
      throw new DeliveryError("no-space", `${totalBytes - present} bytes are to come, ${free} are free`);
    }
  }

  async #save(progress: PullProgress): Promise<void> {
    const former = this.#progress;
    this.#progress = progress;
    const same = (["validator", "totalBytes", "unit"] as const).every((key) => former?.[key] === progress[key]);
    if (!same) await this.#ports.save(progress);
  }
}
