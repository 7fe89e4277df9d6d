/** Files that hold one value each. */
export interface ValueFilePort {
  /** Undefined when there is no such file. Rejects with CodedError "FILE_UNREADABLE". */
  read(path: string): Promise<Uint8Array | undefined>;
  /**
   * All or nothing. `inPlace` writes the file that is there in one call, for files of the kernel, which cannot be replaced.
   * Rejects with CodedError "FILE_UNWRITABLE".
   */
  write(path: string, content: Uint8Array, inPlace: boolean): Promise<void>;
}
