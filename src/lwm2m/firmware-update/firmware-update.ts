import { Code } from "../../coap/message.ts";
import { CodedError, describeError } from "../../util/coded-error.ts";
import type { Timers } from "../../util/time.ts";
import type { ValueStream } from "../data-model/object.ts";
import { badRequest, methodNotAllowed, OperationError } from "../data-model/operation-error.ts";
import { DeliveryError } from "../package-delivery/delivery-error.ts";
import type { Installation } from "../package-delivery/installation.ts";
import type { PackageDelivery } from "../package-delivery/package-delivery.ts";
import { defaultInstallerPolicy, FirmwareInstaller, type InstallerPolicy } from "./firmware-installer.ts";
import { type JournalPorts, UpdateJournal } from "./update-journal.ts";
import { freshRecord, type UpdateRecord, withoutPackage } from "./update-record.ts";
import type { UpdateResult } from "./update-result.ts";

export interface FirmwareUpdatePorts extends JournalPorts {
  readonly delivery: PackageDelivery;
  readonly installation: Installation;
  readonly timers: Timers;
}

const CHECK_WAIT_MS = 2000;

/** The firmware update of this device: what Object 5 shows and does. Survives a restart at any moment. */
export class FirmwareUpdate {
  readonly #delivery: PackageDelivery;
  readonly #journal: UpdateJournal;
  readonly #installer: FirmwareInstaller;
  readonly #timers: Timers;
  /** Of the package on its way; aborted, nothing more comes of it. */
  #transfer: AbortController | undefined;

  /** Reads what was before the restart and goes on from there. Rejects when the store itself cannot be read. */
  static async open(
    ports: FirmwareUpdatePorts,
    policy: InstallerPolicy = defaultInstallerPolicy,
  ): Promise<FirmwareUpdate> {
    const update = new FirmwareUpdate(ports, policy, (await ports.record.load()) ?? freshRecord);
    await update.#goOn();
    return update;
  }

  private constructor(ports: FirmwareUpdatePorts, policy: InstallerPolicy, record: UpdateRecord) {
    this.#delivery = ports.delivery;
    this.#timers = ports.timers;
    this.#journal = new UpdateJournal(ports, record);
    this.#installer = new FirmwareInstaller({ ...ports, journal: this.#journal }, policy);
  }

  /** As it is now. */
  get record(): UpdateRecord {
    return this.#journal.record;
  }

  /** URI schemes that packages can be fetched by. */
  get schemes(): readonly string[] {
    return this.#delivery.schemes;
  }

  /** Calls back after each change; returns how to stop. */
  onChange(listener: () => void): () => void {
    return this.#journal.onChange(listener);
  }

  /** Write of Package in one piece. Throws OperationError. */
  preparePackage(bytes: Uint8Array): () => Promise<void> {
    if (isReset(bytes)) return this.#prepareReset();
    this.#requireIdle();
    return async () => {
      const stream = this.openPackage(bytes.length);
      await stream.append(bytes);
      await stream.finish();
    };
  }

  /** Write of Package in many blocks. Throws OperationError, and so do the stream's methods. */
  openPackage(announced: number | undefined): ValueStream {
    this.#requireIdle();
    const transfer = this.#begin("", "a server sends a package");
    const upload = this.#delivery.upload(announced, transfer.signal);
    const failed = (error: unknown): never => this.#uploadFailed(transfer, error);
    return {
      append: (bytes) => upload.append(bytes).catch(failed),
      finish: () => upload.finish().then((bytes) => this.#soon(this.#arrived(transfer, bytes)), failed),
      abandon: (reason) => {
        if (!transfer.signal.aborted) this.#undelivered("connection-lost", reason);
      },
    };
  }

  /** Write of Package URI. Throws OperationError; what is wrong with the address itself is told by Update Result. */
  prepareUri(uri: string): () => Promise<void> {
    if (uri === "") return this.#prepareReset();
    this.#requireIdle();
    return async () => {
      this.#requireIdle();
      try {
        this.#delivery.checkAddress(uri);
      } catch (error) {
        this.#journal.conclude(resultOf(error), { ...withoutPackage(this.record), uri }, describeError(error));
        return;
      }
      this.#pull(this.#begin(uri, "a server names a package"));
    };
  }

  /** Execute of Update. Throws OperationError 4.05 in any state but Downloaded. */
  async install(): Promise<void> {
    if (!this.#journal.can("install")) throw methodNotAllowed(`no package to install while ${this.#journal.state}`);
    await this.#installer.begin();
  }

  /** Execute of Cancel. Throws OperationError 4.05 when there is nothing, or nothing more, to cancel. */
  cancel(): void {
    if (!this.#journal.can("dropped")) throw methodNotAllowed(`nothing to cancel while ${this.#journal.state}`);
    this.#drop("cancelled", "cancelled by a server");
  }

  setSeverity(severity: number): void {
    this.#journal.set({ ...this.record, severity });
  }

  /** Seconds. */
  setMaximumDefer(maximumDefer: number): void {
    this.#journal.set({ ...this.record, maximumDefer });
  }

  /** Lets go of everything; a download goes on at the next start. Resolves when what was to be kept is kept. */
  async stop(): Promise<void> {
    this.#installer.stop();
    this.#endTransfer("the agent stops");
    await this.#delivery.idle();
    await this.#journal.kept;
  }

  async #goOn(): Promise<void> {
    const { state, uri, bytes } = this.record;
    // In the background: what confirms may take its time, and the device is wanted meanwhile.
    if (state === "updating") return void this.#installer.conclude();
    if (state === "downloading" && uri !== "") return this.#pull(this.#newTransfer());
    if (state === "downloading") return this.#undelivered("connection-lost", "restarted while a package was sent");
    if (state !== "downloaded") return;
    const there = await this.#delivery.size();
    if (there !== bytes) this.#undelivered("integrity", `${there} bytes are left of a package of ${bytes}`);
  }

  #requireIdle(): void {
    const { state } = this.#journal;
    if (state === "updating") throw methodNotAllowed("no new package while updating");
    if (state !== "idle") throw badRequest(`no new package while ${state}: reset first`);
  }

  #prepareReset(): () => Promise<void> {
    if (this.#journal.state === "updating") throw methodNotAllowed("no reset while updating");
    return async () => this.#drop("initial", "reset by a server");
  }

  #drop(result: UpdateResult, reason: string): void {
    this.#endTransfer(reason);
    const next = { ...withoutPackage(this.record), uri: "", result };
    if (this.#journal.can("dropped")) this.#journal.step("dropped", next, reason);
    else if (this.#journal.state === "idle") this.#journal.conclude(result, next, reason);
    this.#delivery.throwAway();
  }

  #newTransfer(): AbortController {
    const transfer = new AbortController();
    this.#transfer = transfer;
    return transfer;
  }

  #begin(uri: string, reason: string): AbortController {
    this.#journal.step("begin", { ...withoutPackage(this.record), uri, result: "initial" }, reason);
    return this.#newTransfer();
  }

  /** In the background: the Write is answered at once. */
  #pull(transfer: AbortController): void {
    const { uri, pull } = this.record;
    const save = async (progress: NonNullable<UpdateRecord["pull"]>): Promise<void> => {
      if (transfer.signal.aborted) return;
      this.#journal.set({ ...this.record, pull: progress });
      await this.#journal.kept;
    };
    void this.#delivery
      .pull({ uri }, pull, save, transfer.signal)
      .then(() => this.#delivery.size())
      .then((bytes) => this.#arrived(transfer, bytes))
      .catch((error) => this.#deliveryFailed(transfer, error));
  }

  /** A look at the package that takes longer is not waited for: servers give up on a Write after seconds. */
  #soon(done: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#timers.schedule(CHECK_WAIT_MS, resolve);
      done.finally(() => timer.cancel()).then(resolve, reject);
    });
  }

  /** What is wrong with a package is told by Update Result: the Write itself was carried out. */
  async #arrived(transfer: AbortController, bytes: number): Promise<void> {
    try {
      const { name, version } = await this.#delivery.check(transfer.signal);
      if (transfer.signal.aborted) return;
      const known = {
        ...(name !== undefined && { packageName: name }),
        ...(version !== undefined && { packageVersion: version }),
      };
      this.#journal.step("delivered", { ...this.record, ...known, bytes }, `${bytes} bytes arrived`);
      await this.#journal.kept;
    } catch (error) {
      this.#deliveryFailed(transfer, error);
    }
  }

  #uploadFailed(transfer: AbortController, error: unknown): never {
    if (transfer.signal.aborted) throw new OperationError(Code.RequestEntityIncomplete, "the package is not wanted");
    this.#deliveryFailed(transfer, error);
    if (error instanceof DeliveryError) throw new OperationError(Code.RequestEntityTooLarge, error.message);
    throw error;
  }

  #deliveryFailed(transfer: AbortController, error: unknown): void {
    if (!transfer.signal.aborted) this.#undelivered(resultOf(error), describeError(error));
  }

  #undelivered(result: UpdateResult, reason: string): void {
    this.#endTransfer(reason);
    this.#journal.step("undelivered", { ...withoutPackage(this.record), result }, reason);
    this.#delivery.throwAway();
  }

  #endTransfer(reason: string): void {
    this.#transfer?.abort(new CodedError("TRANSFER_ENDED", reason));
    this.#transfer = undefined;
  }
}

/** "\0" as text and nothing at all are both meant by "NULL" (OMA LwM2M Core 1.2 §E.6). */
function isReset(bytes: Uint8Array): boolean {
  return bytes.length === 0 || (bytes.length === 1 && bytes[0] === 0);
}

/** What the spool or a command did wrong is nothing the server could mend; the closest result is a lost package. */
function resultOf(error: unknown): UpdateResult {
  return error instanceof DeliveryError ? error.failure : "connection-lost";
}
