import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DeliveryError } from "../lwm2m/package-delivery/delivery-error.ts";
import type { PackageSpool, SpoolFile } from "../lwm2m/package-delivery/package-spool.ts";
import { CodedError } from "../util/coded-error.ts";
import { flushFolder, makeFolder } from "./durable-folder.ts";
import { OpenPackage } from "./open-package.ts";

/**
 * Packages as files of a folder: NAME.package, and in NAME.package.mark how many of its bytes were on the disk when. As
 * long as the machine has not been started again every byte of the file counts, whatever became of us; afterwards only
 * those of the mark do.
 */
export class FolderSpool implements PackageSpool {
  readonly #folder: string;
  readonly #bootId: () => Promise<string>;

  /** `bootId` tells one start of the machine from the next. */
  constructor(folder: string, bootId: () => Promise<string> = machineBootId) {
    this.#folder = folder;
    this.#bootId = bootId;
  }

  async open(name: string): Promise<SpoolFile> {
    return spooling(name, async () => {
      await makeFolder(this.#folder);
      const length = await this.#trusted(name);
      const handle = await open(this.path(name), "a", 0o600);
      if ((await handle.stat()).size !== length) await handle.truncate(length);
      const file = new OpenPackage(handle, length, (bytes) => this.#mark(name, bytes));
      await this.#mark(name, length);
      return guarded(name, file);
    });
  }

  async remove(name: string): Promise<void> {
    await spooling(name, async () => {
      // The mark first: without it no byte of the file counts.
      await rm(this.#markPath(name), { force: true });
      await unlessMissing(() => flushFolder(this.#folder));
      await rm(this.path(name), { force: true });
    });
  }

  size(name: string): Promise<number> {
    return spooling(name, () => this.#trusted(name));
  }

  async digest(name: string): Promise<Uint8Array> {
    return spooling(name, async () => {
      const hash = createHash("sha256");
      for await (const chunk of createReadStream(this.path(name))) hash.update(chunk);
      return new Uint8Array(hash.digest());
    });
  }

  path(name: string): string {
    return join(this.#folder, `${name}.package`);
  }

  async free(): Promise<number | undefined> {
    try {
      const { bavail, bsize } = await statfs(this.#folder);
      return bavail * bsize;
    } catch {
      return undefined;
    }
  }

  async #trusted(name: string): Promise<number> {
    const size = (await unlessMissing(() => stat(this.path(name))))?.size ?? 0;
    const mark = (await unlessMissing(() => readFile(this.#markPath(name), "utf8"))) ?? "";
    const [bootId, flushed] = mark.split(" ");
    if (bootId === (await this.#bootId())) return size;
    return Math.min(size, Number.parseInt(flushed ?? "", 10) || 0);
  }

  async #mark(name: string, flushed: number): Promise<void> {
    const path = this.#markPath(name);
    await writeFile(`${path}.new`, `${await this.#bootId()} ${flushed}\n`, { mode: 0o600, flush: true });
    await rename(`${path}.new`, path);
    // The name of the package too.
    await flushFolder(this.#folder);
  }

  #markPath(name: string): string {
    return `${this.path(name)}.mark`;
  }
}

async function machineBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

function guarded(name: string, file: OpenPackage): SpoolFile {
  return {
    get length() {
      return file.length;
    },
    append: (bytes) => spooling(name, () => file.append(bytes)),
    truncate: (length) => spooling(name, () => file.truncate(length)),
    flush: () => spooling(name, () => file.flush()),
    close: () => spooling(name, () => file.close()),
  };
}

/** Not enough room, by quota or by the file system's own limit. */
const noRoom: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

async function spooling<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (noRoom.has(code)) throw new DeliveryError("no-space", `no room for the package "${name}"`, { cause });
    throw new CodedError("SPOOL_FAILED", `the package "${name}" cannot be kept in the spool folder`, { cause });
  }
}

async function unlessMissing<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
