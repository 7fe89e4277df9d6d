/** Reads a whole file. Relative paths are resolved by the implementation, against the configuration's folder. */
export interface FileReader {
  /** Rejects with the file system's error. */
  read(path: string): Promise<Uint8Array>;
}
