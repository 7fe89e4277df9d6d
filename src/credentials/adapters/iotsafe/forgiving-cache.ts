import { describeError } from "../../../util/coded-error.ts";
import type { Logger } from "../../../util/log.ts";
import type { CertificateCache } from "./certificate-cache.ts";

/** A cache whose failures cost no more than a read of the card. Each kind is told once, until that works again. */
export class ForgivingCache implements CertificateCache {
  readonly #cache: CertificateCache;
  readonly #logger: Logger;
  readonly #told = new Set<string>();

  constructor(cache: CertificateCache, logger: Logger) {
    this.#cache = cache;
    this.#logger = logger;
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#attempt("the cached certificate cannot be read", () => this.#cache.get(key));
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    await this.#attempt("the certificate could not be cached", () => this.#cache.put(key, value));
  }

  async #attempt<T>(trouble: string, action: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await action();
      this.#told.delete(trouble);
      return result;
    } catch (error) {
      const fields = { error: describeError(error) };
      if (this.#told.has(trouble)) this.#logger.debug(trouble, fields);
      else this.#logger.warn(trouble, fields);
      this.#told.add(trouble);
      return undefined;
    }
  }
}
