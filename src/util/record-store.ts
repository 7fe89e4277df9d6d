/**
 * Where state lives that survives a restart and a power cut. Keys are short names of lower-case letters, digits, dots and
 * dashes. What holds keys or secrets may go in: only the owner reads it.
 */
export interface RecordStore {
  /**
   * What was written last. A record that is broken is set aside and said, and the one before it is given instead;
   * undefined when there is none. Rejects with a CodedError when the store itself cannot be read.
   */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Whole or not at all, and durable when it resolves. Rejects with a CodedError; the earlier record is there then. */
  write(key: string, content: Uint8Array): Promise<void>;
  /** The record and the one before it. */
  remove(key: string): Promise<void>;
  /** The content read last is of no use: it is set aside, and the one before it takes its place. */
  setAside(key: string, reason: string): Promise<void>;
}
