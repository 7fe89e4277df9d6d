import type { FileHandle } from "node:fs/promises";

/** So many bytes may have to be fetched again after a power cut; flushing more often wears flash memory out. */
const FLUSH_EVERY = 1024 * 1024;

/** A package file open for appending, flushed now and then. */
export class OpenPackage {
  readonly #handle: FileHandle;
  readonly #mark: (flushed: number) => Promise<void>;
  #length: number;
  #flushed: number;

  /** `mark` is told how many bytes are on the disk. */
  constructor(handle: FileHandle, length: number, mark: (flushed: number) => Promise<void>) {
    this.#handle = handle;
    this.#length = length;
    this.#flushed = length;
    this.#mark = mark;
  }

  get length(): number {
    return this.#length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      const { bytesWritten } = await this.#handle.write(rest);
      this.#length += bytesWritten;
      rest = rest.subarray(bytesWritten);
    }
    if (this.#length - this.#flushed >= FLUSH_EVERY) await this.flush();
  }

  async truncate(length: number): Promise<void> {
    // The mark must never promise more than there is.
    if (length < this.#flushed) await this.#mark(length);
    await this.#handle.truncate(length);
    this.#length = length;
    this.#flushed = Math.min(this.#flushed, length);
  }

  async flush(): Promise<void> {
    await this.#handle.datasync();
    this.#flushed = this.#length;
    await this.#mark(this.#flushed);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
