/** A package that is to be installed, or was being installed when we were stopped. */
export interface Image {
  /** Of the file. */
  readonly path: string;
  readonly name?: string;
  readonly version?: string;
  /** Of the Software Management object, where there are several. */
  readonly instance?: number;
}

/**
 * `restarting`: it takes effect with a restart of this agent, which is to come. `deferred`: not now, the user or the
 * device does not want to. `spoilt`: failed, and it would again.
 */
export type InstallOutcome = "installed" | "restarting" | "failed" | "deferred" | "spoilt";

/** How firmware gets onto this device. Methods must not reject for what is an outcome. */
export interface Installation {
  /** `progress` takes percent. The answer to the server has gone out when this is called. */
  install(image: Image, progress: (percent: number) => void): Promise<InstallOutcome>;
  /** After a restart: is the new firmware running, and well? Undefined: this does not tell. */
  confirm(image: Image): Promise<boolean | undefined>;
  /** Of the firmware that runs now. */
  version(): string | undefined;
}
