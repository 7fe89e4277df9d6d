/**
 * Where sessions to resume outlive the process. They are secrets: kept like private keys (mode 0600), and `remove` leaves
 * no copy behind. Each call may reject with a CodedError; resumption then works until the process ends.
 */
export interface ResumptionStore {
  /** Undefined when there is none. */
  read(key: string): Promise<Uint8Array | undefined>;
  write(key: string, content: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
}
