import type { Association } from "../association/association.ts";
import { Code } from "../coap/message.ts";
import { CodedError } from "../util/coded-error.ts";
import type { Logger } from "../util/log.ts";
import { discoveryRequest, rootFromLinks } from "./discovery.ts";
import { shortRoot, wellKnownRoot } from "./est-function.ts";

export interface EstRootOptions {
  /** Segments of the path that the functions lie under, an arbitrary label included. No other one is tried. */
  readonly root?: readonly string[];
  /** One that worked before: the first to be tried. */
  readonly rememberedRoot?: readonly string[];
  /** Asks the server for its resources when there is neither; true when absent. */
  readonly discover?: boolean;
}

/** Under which path a server has its EST functions. Asks for it at most once in a session. */
export class EstRoots {
  readonly #association: Association;
  readonly #options: EstRootOptions;
  readonly #logger: Logger;
  #found: readonly string[] | undefined;
  #candidates: readonly (readonly string[])[] | undefined;

  constructor(association: Association, options: EstRootOptions, logger: Logger) {
    this.#association = association;
    this.#options = options;
    this.#logger = logger;
    this.#found = options.root;
  }

  /** The one that an answer has shown to exist, or the configured one. */
  get found(): readonly string[] | undefined {
    return this.#found;
  }

  /** Some function below it exists. */
  settle(root: readonly string[]): void {
    this.#found = root;
  }

  /** In the order to be tried. */
  async candidates(signal: AbortSignal | undefined): Promise<readonly (readonly string[])[]> {
    if (this.#found) return [this.#found];
    this.#candidates ??= await this.#collect(signal);
    return this.#candidates;
  }

  async #collect(signal: AbortSignal | undefined): Promise<readonly (readonly string[])[]> {
    const { rememberedRoot, discover = true } = this.#options;
    const discovered = discover && !rememberedRoot ? await this.#discover(signal) : undefined;
    const all = [rememberedRoot, discovered, wellKnownRoot, shortRoot].filter((root) => root !== undefined);
    return all.filter((root, i) => all.findIndex((other) => other.join("/") === root.join("/")) === i);
  }

  /** A server without discovery, or with a broken one, may well have EST: only a dead session is an error. */
  async #discover(signal: AbortSignal | undefined): Promise<readonly string[] | undefined> {
    const { code, payload } = await this.#association.send(discoveryRequest, signal);
    if (code !== Code.Content || !payload) return undefined;
    try {
      return rootFromLinks(payload);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#logger.warn("the EST server's list of resources cannot be read", { reason: error.message });
      return undefined;
    }
  }
}
