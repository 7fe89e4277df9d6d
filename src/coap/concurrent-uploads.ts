import { cacheKey } from "./cache-key.ts";
import { OptionNumber, uintToOption } from "./options.ts";
import type { RequestContent } from "./request-client.ts";

/** Gives uploads of equal cache key that run at once a Request-Tag each, so that the peer keeps them apart (RFC 9175 §3). */
export class ConcurrentUploads {
  readonly #running = new Map<string, number>();
  #lastTag = 0;

  async run<T>(request: RequestContent, transfer: (request: RequestContent) => Promise<T>): Promise<T> {
    const key = cacheKey(request.code, request.options);
    const running = this.#running.get(key) ?? 0;
    this.#running.set(key, running + 1);
    try {
      return await transfer(running === 0 ? request : this.#tagged(request));
    } finally {
      const left = (this.#running.get(key) ?? 1) - 1;
      if (left === 0) this.#running.delete(key);
      else this.#running.set(key, left);
    }
  }

  #tagged(request: RequestContent): RequestContent {
    const tag = uintToOption(OptionNumber.RequestTag, ++this.#lastTag);
    return { ...request, options: [...request.options, tag] };
  }
}
