import { describeError } from "../../util/coded-error.ts";
import type { Timers } from "../../util/time.ts";
import type { ValueStream } from "../data-model/object.ts";
import { badRequest, methodNotAllowed } from "../data-model/operation-error.ts";
import type { Installation } from "../package-delivery/installation.ts";
import type { PackageDelivery, PackageDescription } from "../package-delivery/package-delivery.ts";
import { failureOf, isReset, PackageIntake } from "../package-delivery/package-intake.ts";
import { defaultInstallerPolicy, FirmwareInstaller, type InstallerPolicy } from "./firmware-installer.ts";
import { type JournalPorts, UpdateJournal } from "./update-journal.ts";
import { freshRecord, type UpdateRecord, withoutPackage } from "./update-record.ts";
import type { UpdateResult } from "./update-result.ts";

export interface FirmwareUpdatePorts extends JournalPorts {
  readonly delivery: PackageDelivery;
  readonly installation: Installation;
  readonly timers: Timers;
}

/** The firmware update of this device: what Object 5 shows and does. Survives a restart at any moment. */
export class FirmwareUpdate {
  readonly #delivery: PackageDelivery;
  readonly #journal: UpdateJournal;
  readonly #installer: FirmwareInstaller;
  readonly #intake: PackageIntake;

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
    this.#journal = new UpdateJournal(ports, record);
    this.#installer = new FirmwareInstaller({ ...ports, journal: this.#journal }, policy);
    this.#intake = new PackageIntake(ports.delivery, ports.timers, {
      delivered: (bytes, description) => this.#delivered(bytes, description),
      failed: (failure, reason) => this.#undelivered(failure, reason),
      progress: (pull) => this.#keep({ ...this.record, pull }),
    });
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
    this.#begin("", "a server sends a package");
    return this.#intake.upload(announced);
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
        this.#journal.conclude(failureOf(error), { ...withoutPackage(this.record), uri }, describeError(error));
        return;
      }
      this.#begin(uri, "a server names a package");
      this.#intake.pull({ uri }, undefined);
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
    this.#intake.giveUp("the agent stops");
    await this.#delivery.idle();
    await this.#journal.kept;
  }

  async #goOn(): Promise<void> {
    const { state, uri, bytes, pull } = this.record;
    // In the background: what confirms may take its time, and the device is wanted meanwhile.
    if (state === "updating") return void this.#installer.conclude();
    if (state === "downloading" && uri !== "") return this.#intake.pull({ uri }, pull);
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
    this.#intake.giveUp(reason);
    const next = { ...withoutPackage(this.record), uri: "", result };
    if (this.#journal.can("dropped")) this.#journal.step("dropped", next, reason);
    else if (this.#journal.state === "idle") this.#journal.conclude(result, next, reason);
    this.#delivery.throwAway();
  }

  #begin(uri: string, reason: string): void {
    this.#journal.step("begin", { ...withoutPackage(this.record), uri, result: "initial" }, reason);
  }

  #delivered(bytes: number, { name, version }: PackageDescription): Promise<void> {
    const known = {
      ...(name !== undefined && { packageName: name }),
      ...(version !== undefined && { packageVersion: version }),
    };
    this.#journal.step("delivered", { ...this.record, ...known, bytes }, `${bytes} bytes arrived`);
    return this.#keep(this.record);
  }

  async #keep(record: UpdateRecord): Promise<void> {
    if (record !== this.record) this.#journal.set(record);
    await this.#journal.kept;
  }

  #undelivered(result: UpdateResult, reason: string): void {
    this.#intake.giveUp(reason);
    this.#journal.step("undelivered", { ...withoutPackage(this.record), result }, reason);
    this.#delivery.throwAway();
  }
}
