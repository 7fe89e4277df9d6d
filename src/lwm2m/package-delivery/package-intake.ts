import { Code } from "../../coap/message.ts";
import { CodedError, describeError } from "../../util/coded-error.ts";
import type { Timers } from "../../util/time.ts";
import type { ValueStream } from "../data-model/object.ts";
import { OperationError } from "../data-model/operation-error.ts";
import { DeliveryError, type DeliveryFailure } from "./delivery-error.ts";
import type { PackageDelivery, PackageDescription } from "./package-delivery.ts";
import type { PullProgress, PullTarget } from "./package-pull.ts";

/** Who wants a package; told how it went, once a package, unless it gave the package up itself. */
export interface PackageRecipient {
  /** The package is whole and one of ours. Resolves when that is kept. */
  delivered(bytes: number, description: PackageDescription): Promise<void>;
  failed(failure: DeliveryFailure, reason: string): void;
  /** What has to be known to go on after a restart; resolves when that is kept. */
  progress(progress: PullProgress): Promise<void>;
}

/** Servers give up on a Write after seconds: a look at the package that takes longer is not waited for. */
const CHECK_WAIT_MS = 2000;

/** Takes one package at a time in, pushed or fetched, to its end or until it is given up. */
export class PackageIntake {
  readonly #delivery: PackageDelivery;
  readonly #timers: Timers;
  readonly #recipient: PackageRecipient;
  /** Of the package on its way; aborted, nothing more comes of it. */
  #transfer: AbortController | undefined;

  constructor(delivery: PackageDelivery, timers: Timers, recipient: PackageRecipient) {
    this.#delivery = delivery;
    this.#timers = timers;
    this.#recipient = recipient;
  }

  /** A package that is pushed; the stream's methods reject with OperationError. */
  upload(announced: number | undefined): ValueStream {
    const transfer = this.#begin();
    const upload = this.#delivery.upload(announced, transfer.signal);
    const failed = (error: unknown): never => this.#uploadFailed(transfer, error);
    return {
      append: (bytes) => upload.append(bytes).catch(failed),
      finish: () => upload.finish().then((bytes) => this.#soon(this.#arrived(transfer, bytes)), failed),
      abandon: (reason) => this.#failed(transfer, new DeliveryError("connection-lost", reason)),
    };
  }

  /** Begins to fetch a package, or its rest, and leaves it at that. */
  pull(target: PullTarget, progress: PullProgress | undefined): void {
    const transfer = this.#begin();
    const save = async (reached: PullProgress): Promise<void> => {
      if (!transfer.signal.aborted) await this.#recipient.progress(reached);
    };
    void this.#delivery
      .pull(target, progress, save, transfer.signal)
      .then(() => this.#delivery.size())
      .then((bytes) => this.#arrived(transfer, bytes))
      .catch((error) => this.#failed(transfer, error));
  }

  /** The package is no longer wanted; the recipient hears no more of it. */
  giveUp(reason: string): void {
    this.#transfer?.abort(new CodedError("TRANSFER_ENDED", reason));
    this.#transfer = undefined;
  }

  #begin(): AbortController {
    this.giveUp("another package is wanted");
    const transfer = new AbortController();
    this.#transfer = transfer;
    return transfer;
  }

  /** What is wrong with a package is the recipient's to tell: the Write itself was carried out. */
  async #arrived(transfer: AbortController, bytes: number): Promise<void> {
    try {
      const description = await this.#delivery.check(transfer.signal);
      if (!transfer.signal.aborted) await this.#recipient.delivered(bytes, description);
    } catch (error) {
      this.#failed(transfer, error);
    }
  }

  #uploadFailed(transfer: AbortController, error: unknown): never {
    if (transfer.signal.aborted) throw new OperationError(Code.RequestEntityIncomplete, "the package is not wanted");
    this.#failed(transfer, error);
    if (error instanceof DeliveryError) throw new OperationError(Code.RequestEntityTooLarge, error.message);
    throw error;
  }

  #failed(transfer: AbortController, error: unknown): void {
    if (transfer.signal.aborted) return;
    this.giveUp("it failed");
    this.#recipient.failed(failureOf(error), describeError(error));
  }

  #soon(done: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#timers.schedule(CHECK_WAIT_MS, resolve);
      done.finally(() => timer.cancel()).then(resolve, reject);
    });
  }
}

/** What the spool or a command did wrong is nothing the server could mend; the closest is a lost package. */
export function failureOf(error: unknown): DeliveryFailure {
  return error instanceof DeliveryError ? error.failure : "connection-lost";
}

/** An empty value and "\0" are both meant by the NULL that resets an update (OMA LwM2M Core 1.2 §E.6). */
export function isReset(bytes: Uint8Array): boolean {
  return bytes.length === 0 || (bytes.length === 1 && bytes[0] === 0);
}
