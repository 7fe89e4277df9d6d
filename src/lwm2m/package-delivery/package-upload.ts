import { CodedError } from "../../util/coded-error.ts";
import { DeliveryError } from "./delivery-error.ts";
import type { PackageSpool, SpoolFile } from "./package-spool.ts";

export interface UploadPorts {
  readonly spool: PackageSpool;
  /** Throws DeliveryError. */
  checkSize(bytes: number): void;
  /** Runs a step when no other is at the spool. */
  alone<T>(step: () => Promise<T>): Promise<T>;
  /** Ends the upload from the other side. */
  readonly signal: AbortSignal;
}

/** A package on its way into the spool. Methods reject with DeliveryError, or CodedError UPLOAD_ENDED when given up. */
export class PackageUpload {
  readonly #name: string;
  readonly #announced: number | undefined;
  readonly #ports: UploadPorts;
  #file: SpoolFile | undefined;

  constructor(name: string, announced: number | undefined, ports: UploadPorts) {
    this.#name = name;
    this.#announced = announced;
    this.#ports = ports;
    ports.signal.addEventListener("abort", () => void this.#close().catch(() => undefined), { once: true });
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#step(async () => {
      this.#file ??= await this.#open();
      this.#ports.checkSize(this.#file.length + bytes.length);
      await this.#file.append(bytes);
    });
  }

  /** Resolves with the number of bytes, all of them on the disk. */
  async finish(): Promise<number> {
    const length = await this.#step(async () => {
      this.#file ??= await this.#open();
      await this.#file.flush();
      return this.#file.length;
    });
    await this.#close();
    return length;
  }

  async #open(): Promise<SpoolFile> {
    const { spool, checkSize } = this.#ports;
    const announced = this.#announced ?? 0;
    checkSize(announced);
    await spool.remove(this.#name);
    const free = await spool.free();
    if (free !== undefined && announced > free) {
      throw new DeliveryError("no-space", `${announced} bytes are announced, ${free} are free`);
    }
    return spool.open(this.#name);
  }

  #step<T>(step: () => Promise<T>): Promise<T> {
    return this.#ports.alone(async () => {
      if (this.#ports.signal.aborted) throw new CodedError("UPLOAD_ENDED", "the package is no longer wanted");
      return step();
    });
  }

  #close(): Promise<void> {
    return this.#ports.alone(async () => {
      const file = this.#file;
      this.#file = undefined;
      await file?.close();
    });
  }
}
