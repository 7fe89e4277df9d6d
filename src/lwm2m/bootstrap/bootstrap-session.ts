import type { CoapRequest, CoapResponse, RequestHandler } from "../../coap/exchange.ts";
import { Code, codeText } from "../../coap/message.ts";
import { encodeUtf8 } from "../../util/bytes.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { Timer, Timers } from "../../util/time.ts";
import { OperationError } from "../data-model/operation-error.ts";
import { errorResponse } from "../data-model/request-router.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import { carryOutCommand, isFinish } from "./bootstrap-commands.ts";
import type { ConfigurationDraft } from "./configuration-draft.ts";

/** EXCHANGE_LIFETIME with the default parameters (RFC 7252 §4.8.2): the server has that long for its next command. */
const SESSION_TIMEOUT_MS = 247_000;
/** Commands that overtake the answer to Bootstrap-Request wait for it, but not many. */
const MAX_WAITING = 16;
/** A diagnostic payload (RFC 7252 §5.5.2) fits one datagram. */
const MAX_DIAGNOSTIC_BYTES = 512;

export interface BootstrapSessionOptions {
  readonly draft: ConfigurationDraft;
  readonly version: LwM2mVersion;
  /** What makes the draft unusable, in words; empty when all is well. */
  check(draft: ConfigurationDraft): Promise<readonly string[]>;
  /** Puts the draft to use. Rejects when that failed and everything is as before. */
  commit(draft: ConfigurationDraft): Promise<void>;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** How a session ended; `reason` is for people. */
export type SessionEnd =
  | { readonly finished: true }
  | { readonly finished: false; readonly reason: string; readonly rejections: number };

type State = "waiting" | "open" | "over";

/**
 * Answers one bootstrap server's commands over one association, from the answer to Bootstrap-Request to a Finish that is
 * accepted, a time-out, or the loss of the association. In the last two nothing has happened.
 */
export class BootstrapSession {
  /** Settles once, never rejects. */
  readonly ended: Promise<SessionEnd>;
  readonly #options: BootstrapSessionOptions;
  #state: State = "waiting";
  #end: (end: SessionEnd) => void = () => {};
  #timer: Timer | undefined;
  #waiting: (() => void)[] = [];
  #rejections = 0;
  /** Commands are carried out one after the other, in the order of arrival. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: BootstrapSessionOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** For the association. Never rejects. */
  readonly handle: RequestHandler = async (request) => {
    if (this.#state === "waiting" && this.#waiting.length < MAX_WAITING) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const answer = this.#last.then(() => this.#answer(request));
    this.#last = answer;
    const response = await answer;
    const path = `/${request.path.join("/")}`;
    this.#options.logger.debug("bootstrap command", { method: request.method, path, code: codeText(response.code) });
    return response;
  };

  /** Bootstrap-Request was accepted: commands are carried out from now on. */
  open(): void {
    if (this.#state !== "waiting") return;
    this.#state = "open";
    this.#restartTimer();
    this.#release();
  }

  /** Ends the session without effect; nothing when it is over already. */
  abandon(reason: string): void {
    if (this.#state !== "over") this.#close({ finished: false, reason, rejections: this.#rejections });
  }

  async #answer(request: CoapRequest): Promise<CoapResponse> {
    if (this.#state !== "open") return { code: Code.BadRequest };
    this.#timer?.cancel();
    try {
      if (isFinish(request)) return await this.#finish();
      const { draft, version } = this.#options;
      return await carryOutCommand(request, draft, version);
    } catch (error) {
      return errorResponse(error, request, this.#options.logger);
    } finally {
      // A loss of the association while a command was carried out has ended the session already.
      if (this.#isOpen()) this.#restartTimer();
    }
  }

  async #finish(): Promise<CoapResponse> {
    const { draft, check, commit, logger } = this.#options;
    const problems = await check(draft);
    if (problems.length > 0) {
      this.#rejections++;
      logger.warn("bootstrap finish refused: the configuration is not usable", { problems: problems.join("; ") });
      return { code: Code.NotAcceptable, payload: diagnostic(problems) };
    }
    if (!this.#isOpen()) return { code: Code.BadRequest };
    // From here on a loss of the association comes too late.
    this.#state = "over";
    try {
      await commit(draft);
    } catch (error) {
      this.#state = "open";
      return this.#uncommitted(error);
    }
    this.#close({ finished: true });
    return { code: Code.Changed };
  }

  /** An object that refuses its part makes the configuration unusable; anything else is a fault of ours. */
  #uncommitted(error: unknown): CoapResponse {
    const { logger } = this.#options;
    const reason = describeError(error);
    if (!(error instanceof OperationError)) {
      logger.error("bootstrap could not be put to use", { reason });
      return { code: Code.InternalServerError };
    }
    this.#rejections++;
    logger.warn("bootstrap finish refused: an object does not take its part", { reason });
    return { code: Code.NotAcceptable, payload: diagnostic([reason]) };
  }

  #isOpen(): boolean {
    return this.#state === "open";
  }

  #restartTimer(): void {
    this.#timer?.cancel();
    const reason = `the bootstrap server sent nothing for ${SESSION_TIMEOUT_MS / 1000} s`;
    this.#timer = this.#options.timers.schedule(SESSION_TIMEOUT_MS, () => this.abandon(reason));
  }

  #close(end: SessionEnd): void {
    this.#state = "over";
    this.#timer?.cancel();
    this.#release();
    this.#end(end);
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** Tells the server's people what to correct; never holds a key. */
function diagnostic(problems: readonly string[]): Uint8Array {
  const whole = encodeUtf8(problems.join("; "));
  if (whole.length <= MAX_DIAGNOSTIC_BYTES) return whole;
  const first = encodeUtf8(`${problems.length} problems: ${problems[0] ?? ""}`);
  return first.length <= MAX_DIAGNOSTIC_BYTES ? first : encodeUtf8(`${problems.length} problems`);
}
