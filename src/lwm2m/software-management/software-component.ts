import { Code } from "../../coap/message.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { StoredRecord } from "../../util/stored-record.ts";
import type { Timers } from "../../util/time.ts";
import type { ValueStream } from "../data-model/object.ts";
import { badRequest, methodNotAllowed, OperationError } from "../data-model/operation-error.ts";
import type { Image } from "../package-delivery/installation.ts";
import type { PackageDelivery, PackageDescription } from "../package-delivery/package-delivery.ts";
import { failureOf, isReset, PackageIntake } from "../package-delivery/package-intake.ts";
import { StateJournal } from "../package-delivery/state-journal.ts";
import type { SoftwareCommands } from "./software-commands.ts";
import { type SoftwareInput, type SoftwareState, softwareTransitions } from "./software-machine.ts";
import { freshSoftware, type SoftwareRecord, withoutSoftware } from "./software-record.ts";
import { resultOfFailure, type SoftwareResult } from "./software-result.ts";

export interface SoftwareComponentPorts {
  readonly delivery: PackageDelivery;
  readonly record: StoredRecord<SoftwareRecord>;
  readonly commands: SoftwareCommands;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** One software component: what an instance of Object 9 shows and does. Survives a restart at any moment. */
export class SoftwareComponent {
  readonly #instance: number;
  readonly #ports: SoftwareComponentPorts;
  readonly #journal: StateJournal<SoftwareState, SoftwareInput, SoftwareRecord>;
  readonly #intake: PackageIntake;
  #busy = false;

  /** Reads what was before the restart and goes on from there. */
  static async open(instance: number, ports: SoftwareComponentPorts): Promise<SoftwareComponent> {
    const component = new SoftwareComponent(instance, ports, (await ports.record.load()) ?? freshSoftware);
    await component.#goOn();
    return component;
  }

  private constructor(instance: number, ports: SoftwareComponentPorts, record: SoftwareRecord) {
    this.#instance = instance;
    this.#ports = ports;
    this.#journal = new StateJournal(ports.record, ports.logger, softwareTransitions, record);
    this.#intake = new PackageIntake(ports.delivery, ports.timers, {
      delivered: (bytes, description) => this.#delivered(bytes, description),
      failed: (failure, reason) => this.#undelivered(resultOfFailure(failure), reason),
      progress: async (pull) => {
        this.set({ pull });
        await this.#journal.kept;
      },
    });
  }

  /** As it is now. */
  get record(): SoftwareRecord {
    return this.#journal.record;
  }

  /** Resolves when it is on the disk. */
  get kept(): Promise<boolean> {
    return this.#journal.kept;
  }

  onChange(listener: () => void): () => void {
    return this.#journal.onChange(listener);
  }

  /** Write of Package in one piece. Throws OperationError. */
  preparePackage(bytes: Uint8Array): () => Promise<void> {
    this.#requireInitial();
    if (isReset(bytes)) return async () => {};
    return async () => {
      const stream = this.openPackage(bytes.length);
      await stream.append(bytes);
      await stream.finish();
    };
  }

  /** Write of Package in many blocks. Throws OperationError, and so do the stream's methods. */
  openPackage(announced: number | undefined): ValueStream {
    this.#requireInitial();
    this.#begin("");
    return this.#intake.upload(announced);
  }

  /** Write of Package URI. Throws OperationError; what is wrong with the address itself is told by Update Result. */
  prepareUri(uri: string): () => void {
    this.#requireInitial();
    return () => {
      this.#requireInitial();
      try {
        this.#ports.delivery.checkAddress(uri);
      } catch (error) {
        this.set({ uri, result: resultOfFailure(failureOf(error)) });
        return;
      }
      this.#begin(uri);
      this.#pull();
    };
  }

  /** Execute of Install: at work when it resolves. Throws OperationError 4.05 in any state but Delivered. */
  async install(): Promise<void> {
    this.#requireIdleIn("delivered");
    const done = this.#work(
      "device-error",
      () => this.#ports.commands.install(this.#image),
      (worked) => {
        if (!worked) return this.set({ result: "install-failed" });
        this.#journal.step("installed", { ...this.record, uri: "", result: "installed" }, "installed");
        this.#ports.delivery.throwAway();
      },
    );
    await this.#journal.kept;
    void done;
  }

  /** Execute of Uninstall; `forUpdate` leaves the software until the next version is installed. Throws OperationError 4.05. */
  async uninstall(forUpdate: boolean): Promise<void> {
    const { state } = this.record;
    if (state !== "delivered" && state !== "installed") throw methodNotAllowed(`nothing to uninstall while ${state}`);
    this.#requireIdle();
    if (forUpdate || state === "delivered") return this.#remove();
    const uninstall = () => this.#ports.commands.uninstall(this.#image);
    void this.#work("uninstall-failed", uninstall, (worked) => {
      if (worked) this.#remove();
      else this.set({ result: "uninstall-failed" });
    });
  }

  /** Execute of Activate or Deactivate, done when it resolves. Throws OperationError 4.05 unless Installed. */
  async setActive(active: boolean): Promise<void> {
    this.#requireIdleIn("installed");
    const { commands } = this.#ports;
    const command = active ? commands.activate : commands.deactivate;
    this.#busy = true;
    try {
      const worked = (await command?.call(commands, this.#image)) ?? true;
      if (!worked) throw new OperationError(Code.InternalServerError, "the command failed");
      this.set({ active });
    } finally {
      this.#busy = false;
    }
  }

  /** All but the state. */
  set(change: Partial<Omit<SoftwareRecord, "state">>): void {
    this.#journal.set({ ...this.record, ...change });
  }

  /** The instance goes: nothing of its package stays. What is installed stays installed. Throws OperationError 4.05. */
  async delete(): Promise<void> {
    this.#requireIdle();
    this.#intake.giveUp("the instance is deleted");
    this.#ports.delivery.throwAway();
    await this.#ports.delivery.idle();
    await this.#journal.kept;
    await this.#ports.record.remove();
  }

  async stop(): Promise<void> {
    this.#intake.giveUp("the agent stops");
    await this.#ports.delivery.idle();
    await this.#journal.kept;
  }

  async #goOn(): Promise<void> {
    const { state, uri, bytes, busy } = this.record;
    if (busy) this.set({ busy: false, result: state === "delivered" ? "install-failed" : "uninstall-failed" });
    if (state === "downloading" && uri !== "") return this.#pull();
    if (state === "downloading") return this.#undelivered("connection-lost", "restarted while a package was sent");
    if (state !== "delivered") return;
    const there = await this.#ports.delivery.size();
    if (there !== bytes) this.#undelivered("integrity", `${there} bytes are left of a package of ${bytes}`);
  }

  get #image(): Image {
    const { name, version } = this.record;
    return {
      path: this.#ports.delivery.path,
      instance: this.#instance,
      ...(name !== undefined && { name }),
      ...(version !== undefined && { version }),
    };
  }

  #requireInitial(): void {
    const { state } = this.record;
    if (state !== "initial") throw badRequest(`no new package while ${state}: uninstall first`);
  }

  #requireIdle(): void {
    if (this.#busy) throw methodNotAllowed("a command is at work");
  }

  #requireIdleIn(state: SoftwareState): void {
    if (this.record.state !== state) throw methodNotAllowed(`not while ${this.record.state}`);
    this.#requireIdle();
  }

  #begin(uri: string): void {
    this.#journal.step(
      "begin",
      { ...withoutSoftware(this.record), uri, result: "downloading" },
      "a package is to come",
    );
  }

  #pull(): void {
    const { uri, pull, userName, password } = this.record;
    const login = userName !== undefined && password !== undefined ? { userName, password } : undefined;
    this.#intake.pull({ uri, ...(login && { login }) }, pull);
  }

  async #delivered(bytes: number, { name, version }: PackageDescription): Promise<void> {
    const known = { bytes, ...(name !== undefined && { name }), ...(version !== undefined && { version }) };
    this.#journal.step("delivered", { ...this.record, ...known, result: "verified" }, `${bytes} bytes arrived`);
    await this.#journal.kept;
  }

  #undelivered(result: SoftwareResult, reason: string): void {
    this.#ports.logger.info("no software package", { instance: this.#instance, reason });
    this.#intake.giveUp(reason);
    this.#journal.step("undelivered", { ...withoutSoftware(this.record), result }, reason);
    this.#ports.delivery.throwAway();
  }

  #remove(): void {
    this.#journal.step("removed", withoutSoftware(this.record), "uninstalled");
    this.#ports.delivery.throwAway();
  }

  /** Runs a command, one at a time, and says so on the disk meanwhile. Never rejects. */
  async #work(failed: SoftwareResult, run: () => Promise<boolean>, then: (worked: boolean) => void): Promise<void> {
    this.#busy = true;
    this.set({ busy: true, result: this.record.state === "installed" ? "installed" : "initial" });
    try {
      await this.#journal.kept;
      const worked = await run();
      this.set({ busy: false });
      then(worked);
    } catch (error) {
      this.#ports.logger.error("software command failed", { reason: describeError(error) });
      this.set({ busy: false, result: failed });
    } finally {
      this.#busy = false;
    }
  }
}
