import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { ValueFilePort } from "../lwm2m/ports/value-file-port.ts";
import { CodedError } from "../util/coded-error.ts";

/** As large as a body that the CoAP endpoint takes. */
const longestBytes = 1024 * 1024;

/** Files of this machine that hold one value each. */
export const machineValueFiles: ValueFilePort = {
  async read(path) {
    try {
      return await readBounded(path);
    } catch (cause) {
      if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
      throw new CodedError("FILE_UNREADABLE", `cannot read ${path}`, { cause });
    }
  },

  async write(path, content, inPlace) {
    try {
      if (inPlace) await writeInPlace(path, content);
      else await replace(path, content);
    } catch (cause) {
      throw new CodedError("FILE_UNWRITABLE", `cannot write ${path}`, { cause });
    }
  },
};

/** Files of the kernel tell a size of 0 or 4096 whatever is in them: read until the end comes. */
async function readBounded(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const parts: Uint8Array[] = [];
    for (let total = 0; ; ) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(65_536), 0, 65_536, null);
      if (bytesRead === 0) return new Uint8Array(Buffer.concat(parts));
      total += bytesRead;
      if (total > longestBytes) throw new Error(`at most ${longestBytes} bytes expected`);
      parts.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function replace(path: string, content: Uint8Array): Promise<void> {
  const { default: writeFileAtomic } = await import("write-file-atomic");
  await writeFileAtomic(path, Buffer.from(content), { fsync: true });
}

async function writeInPlace(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_TRUNC);
  try {
    const { bytesWritten } = await file.write(content, 0, content.length, 0);
    if (bytesWritten < content.length) throw new Error(`only ${bytesWritten} of ${content.length} bytes were taken`);
  } finally {
    await file.close();
  }
}
