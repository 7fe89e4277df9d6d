/** One run of a program: the list is its name and its arguments, and no shell reads them. */
export interface CommandRun {
  readonly command: readonly string[];
  /** Added to the agent's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** For its standard input; absent: empty. */
  readonly input?: Uint8Array;
  readonly timeoutMs: number;
}

/** Runs programs of the machine. */
export interface CommandPort {
  /**
   * What the program wrote to standard output. Rejects with CodedError "COMMAND_FAILED" (not started, exit code other than 0,
   * too much output) and "COMMAND_TIMEOUT".
   */
  run(run: CommandRun): Promise<Uint8Array>;
}
