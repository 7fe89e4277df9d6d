import type { Entropy } from "../../crypto/ports.ts";
import { toHex } from "../../util/bytes.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { RetryPolicy } from "../../util/retry-schedule.ts";
import type { Timers } from "../../util/time.ts";
import { DeliveryError } from "./delivery-error.ts";
import type { DownloadSources } from "./download-source.ts";
import { PackagePull, type PullProgress, type PullTarget } from "./package-pull.ts";
import type { PackageSpool } from "./package-spool.ts";
import { PackageUpload } from "./package-upload.ts";

/** What is known of a package that was looked at. */
export interface PackageDescription {
  readonly name?: string;
  readonly version?: string;
}

/** Looks at a package; rejects with DeliveryError "integrity" or "package-type" when it is none of ours. */
export type VerifyPackage = (path: string, signal: AbortSignal) => Promise<PackageDescription>;

export interface DeliveryPorts {
  readonly spool: PackageSpool;
  readonly sources: DownloadSources;
  readonly verify?: VerifyPackage;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
}

export interface DeliveryPolicy {
  readonly maxBytes: number;
  /** Downloads are given up after so many attempts in a row that brought nothing. */
  readonly maxAttempts: number;
  readonly retry: RetryPolicy;
  /** Hex; any of them will do. Absent: every package does. */
  readonly sha256?: readonly string[];
}

export const defaultDeliveryPolicy: DeliveryPolicy = {
  maxBytes: 256 * 1024 * 1024,
  maxAttempts: 8,
  retry: { firstDelayMs: 5000, maxDelayMs: 300_000, jitter: 0.5 },
};

/** Brings one package at a time into the spool, pushed or fetched, and looks at it there. */
export class PackageDelivery {
  readonly #name: string;
  readonly #ports: DeliveryPorts;
  readonly #policy: DeliveryPolicy;
  /** Steps on the spool one after the other: what is thrown away must not be written to any more. */
  #work: Promise<unknown> = Promise.resolve();

  /** `name` is that of the package in the spool. */
  constructor(name: string, ports: DeliveryPorts, policy: DeliveryPolicy) {
    this.#name = name;
    this.#ports = ports;
    this.#policy = policy;
  }

  get path(): string {
    return this.#ports.spool.path(this.#name);
  }

  /** URI schemes that can be fetched from. */
  get schemes(): readonly string[] {
    return [...this.#ports.sources.keys()];
  }

  /** Throws DeliveryError "bad-address" or "unsupported-protocol". */
  checkAddress(uri: string): void {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/]/i.exec(uri)?.[1]?.toLowerCase();
    if (scheme === undefined) throw new DeliveryError("bad-address", "the package address is not SCHEME://HOST…");
    const source = this.#ports.sources.get(scheme);
    if (!source) throw new DeliveryError("unsupported-protocol", `packages are not fetched by "${scheme}"`);
    source.check(uri);
  }

  /** Throws DeliveryError "no-space" when no package of that size is taken. */
  checkSize(bytes: number): void {
    const { maxBytes } = this.#policy;
    if (bytes > maxBytes) throw new DeliveryError("no-space", `at most ${maxBytes} bytes are taken, ${bytes} come`);
  }

  /** A package that is pushed. What the spool held goes away. */
  upload(announced: number | undefined, signal: AbortSignal): PackageUpload {
    return new PackageUpload(this.#name, announced, {
      spool: this.#ports.spool,
      checkSize: (bytes) => this.checkSize(bytes),
      alone: (step) => this.#alone(step),
      signal,
    });
  }

  /**
   * Fetches a package, or the rest of one. Rejects with DeliveryError, or with the reason of the signal. `save` is told
   * what has to be known to go on after a restart.
   */
  pull(
    target: PullTarget,
    progress: PullProgress | undefined,
    save: (progress: PullProgress) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { maxAttempts, retry } = this.#policy;
    const pull = new PackagePull(this.#name, target, {
      ...this.#ports,
      maxAttempts,
      retry,
      checkSize: (bytes) => this.checkSize(bytes),
      save,
    });
    return this.#alone(() => pull.run(progress, signal));
  }

  /** Rejects with DeliveryError "integrity" or "package-type". */
  async check(signal: AbortSignal): Promise<PackageDescription> {
    const { sha256 } = this.#policy;
    if (sha256) {
      const digest = toHex(await this.#alone(() => this.#ports.spool.digest(this.#name)));
      if (!sha256.some((one) => one.toLowerCase() === digest)) {
        throw new DeliveryError("integrity", `the package's SHA-256 ${digest} is none of those configured`);
      }
    }
    return (await this.#ports.verify?.(this.path, signal)) ?? {};
  }

  size(): Promise<number> {
    return this.#alone(() => this.#ports.spool.size(this.#name));
  }

  /** In the background. */
  throwAway(): void {
    const failed = (error: unknown): void =>
      this.#ports.logger.warn("a package that nobody needs cannot be removed", { reason: describeError(error) });
    void this.#alone(() => this.#ports.spool.remove(this.#name)).catch(failed);
  }

  /** Resolves when nothing is at the spool any more. */
  idle(): Promise<void> {
    return this.#alone(async () => {});
  }

  #alone<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#work.then(step);
    this.#work = done.catch(() => undefined);
    return done;
  }
}
