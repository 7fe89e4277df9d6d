import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CardTransportError } from "../../smartcard/card-transport-error.ts";
import { withDeadline } from "../../smartcard/deadline.ts";
import type { Timers } from "../../util/time.ts";
import type { PcscAnswer, PcscRequestBody, PcscResult } from "./pcsc-protocol.ts";

/** After a hang or at the end the child may still let go of the card by itself, this long. */
const graceMs = 2_000;
const longestLastWords = 2_000;

/** dist holds JavaScript; in the source tree the parent runs TypeScript and its child inherits what makes that possible. */
const childPath = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./pcsc-child.ts" : "./pcsc-child.js", import.meta.url),
);

interface Waiting {
  resolve(result: PcscResult): void;
  reject(error: CardTransportError): void;
}

/** One child process with the PC/SC library in it: asked by id, with a deadline each, thrown away after a failure. */
export class PcscProcess {
  readonly #child: ChildProcess;
  readonly #timers: Timers;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #lastWords = "";
  #failure: CardTransportError | undefined;
  #ended = false;

  /** `module`: "pcsclite", or the path of a stand-in. */
  constructor(timers: Timers, module: string) {
    this.#timers = timers;
    this.#child = fork(childPath, [module], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#child.on("message", (answer: PcscAnswer) => this.#receive(answer));
    this.#child.on("error", (error) => this.#fail(`cannot be started: ${error.message}`));
    this.#child.on("exit", (code, signal) => this.#fail(`ended (${signal ?? `exit code ${code}`})${this.#cause()}`));
    this.#child.stderr?.on("data", (text) => {
      this.#lastWords = `${this.#lastWords}${text}`.slice(-longestLastWords);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Rejects with a CardTransportError. After CARD_MUTE the child is on its way out. */
  ask(request: PcscRequestBody, deadlineMs: number): Promise<PcscResult> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#lastId;
    const answer = new Promise<PcscResult>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#child.send({ ...request, id }, (error) => error && this.#fail(`cannot be reached: ${error.message}`));
    return withDeadline(answer, this.#timers, deadlineMs, () => {
      this.#waiting.delete(id);
      this.end();
      return new CardTransportError("CARD_MUTE", `no answer from the card's driver within ${deadlineMs} ms`);
    });
  }

  /** Lets the child go: it leaves the card by itself, or is killed after a grace period. */
  end(): void {
    this.#fail("has been let go");
    if (this.#ended || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#ended = true;
    if (this.#child.connected) this.#child.disconnect();
    const timer = this.#timers.schedule(graceMs, () => this.#child.kill("SIGKILL"));
    this.#child.once("exit", () => timer.cancel());
  }

  #receive(answer: PcscAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("result" in answer) waiting?.resolve(answer.result);
    else waiting?.reject(new CardTransportError(answer.failure.code, answer.failure.message));
  }

  #fail(problem: string): void {
    this.#failure ??= new CardTransportError("CARD_DRIVER_FAILED", `the PC/SC driver's process ${problem}`);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }

  #cause(): string {
    const line = this.#lastWords.split("\n").findLast((text) => text.trim() !== "");
    return line === undefined ? "" : `: ${line.trim()}`;
  }
}
