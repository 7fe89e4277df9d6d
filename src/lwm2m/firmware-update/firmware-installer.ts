import { CodedError, describeError } from "../../util/coded-error.ts";
import type { Timer, Timers } from "../../util/time.ts";
import type { Image, Installation, InstallOutcome } from "../package-delivery/installation.ts";
import type { PackageDelivery } from "../package-delivery/package-delivery.ts";
import type { UpdateJournal } from "./update-journal.ts";
import { withoutPackage } from "./update-record.ts";
import type { UpdateResult } from "./update-result.ts";
import { newFirmwareRuns } from "./verdict.ts";

export interface InstallerPorts {
  readonly journal: UpdateJournal;
  readonly delivery: PackageDelivery;
  readonly installation: Installation;
  readonly timers: Timers;
}

export interface InstallerPolicy {
  /** Between the answer to Update and the installation, so that the answer gets out. */
  readonly installDelayMs: number;
  /** How long an installation that said it restarts the agent may take to do so. */
  readonly restartWithinMs: number;
}

export const defaultInstallerPolicy: InstallerPolicy = { installDelayMs: 1000, restartWithinMs: 600_000 };

/** The second half of an update: from Downloaded over Updating to a result, over a restart if need be. */
export class FirmwareInstaller {
  readonly #ports: InstallerPorts;
  readonly #policy: InstallerPolicy;
  #timer: Timer | undefined;

  constructor(ports: InstallerPorts, policy: InstallerPolicy) {
    this.#ports = ports;
    this.#policy = policy;
  }

  /** Begins, or rejects with CodedError "UPDATE_NOT_KEPT": after a restart nobody would know of an update. */
  async begin(): Promise<void> {
    const { journal, installation, timers } = this.#ports;
    const versionBefore = installation.version();
    const known = versionBefore === undefined ? {} : { versionBefore };
    journal.step("install", { ...journal.record, ...known, result: "initial" }, "a server asks for the update");
    if (!(await journal.kept)) {
      await this.#notInstalled("update-failed", "the state cannot be kept");
      throw new CodedError("UPDATE_NOT_KEPT", "the state of the update cannot be written: look at the state folder");
    }
    this.#timer = timers.schedule(this.#policy.installDelayMs, () => void this.#install());
  }

  /** We were restarted, during the installation or by it. Never rejects. */
  async conclude(): Promise<void> {
    const { journal, installation } = this.#ports;
    try {
      const { runs, reason } = await newFirmwareRuns(journal.record, this.#image, installation);
      if (runs) this.#installed(reason);
      else await this.#notInstalled("update-failed", reason);
    } catch (error) {
      await this.#notInstalled("update-failed", describeError(error));
    }
  }

  stop(): void {
    this.#timer?.cancel();
  }

  get #image(): Image {
    const { packageName: name, packageVersion: version } = this.#ports.journal.record;
    const path = this.#ports.delivery.path;
    return { path, ...(name !== undefined && { name }), ...(version !== undefined && { version }) };
  }

  async #install(): Promise<void> {
    const { journal, installation } = this.#ports;
    try {
      await this.#after(await installation.install(this.#image, (percent) => journal.tellProgress(percent)));
    } catch (error) {
      await this.#notInstalled("update-failed", describeError(error));
    }
  }

  async #after(outcome: InstallOutcome): Promise<void> {
    switch (outcome) {
      case "installed":
        return this.#installed("the installation says so");
      case "deferred":
        return this.#notInstalled("deferred", "the installation was put off");
      case "failed":
        return this.#notInstalled("update-failed", "the installation failed");
      case "spoilt":
        return this.#spoilt("the package is of no use");
      case "restarting":
        this.#timer = this.#ports.timers.schedule(this.#policy.restartWithinMs, () => {
          void this.#notInstalled("update-failed", "the restart that the installation promised did not come");
        });
    }
  }

  #installed(reason: string): void {
    const { journal, delivery } = this.#ports;
    journal.step("installed", { ...withoutPackage(journal.record), uri: "", result: "updated" }, reason);
    delivery.throwAway();
  }

  #spoilt(reason: string): void {
    const { journal, delivery } = this.#ports;
    journal.step("spoilt", { ...withoutPackage(journal.record), result: "update-failed" }, reason);
    delivery.throwAway();
  }

  /** Downloaded again while the package is there, so that the server may try once more. */
  async #notInstalled(result: UpdateResult, reason: string): Promise<void> {
    const { journal, delivery } = this.#ports;
    const there = await delivery.size().catch(() => 0);
    if (there !== journal.record.bytes) return this.#spoilt(`${reason}; the package is gone`);
    journal.step("notInstalled", { ...journal.record, result }, reason);
  }
}
