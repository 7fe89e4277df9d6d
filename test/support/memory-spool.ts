import { sha256 } from "../../src/crypto/hash.ts";
import { DeliveryError } from "../../src/lwm2m/package-delivery/delivery-error.ts";
import type { PackageSpool, SpoolFile } from "../../src/lwm2m/package-delivery/package-spool.ts";
import { concatBytes } from "../../src/util/bytes.ts";

/** A spool in memory; what is in it outlives the lives of a device. */
export class MemorySpool implements PackageSpool {
  readonly packages = new Map<string, Uint8Array>();
  capacity = Number.POSITIVE_INFINITY;
  /** What `free` says; undefined as on a system that does not tell. */
  told: number | undefined;
  opened = 0;

  async open(name: string): Promise<SpoolFile> {
    const content = (): Uint8Array => this.packages.get(name) ?? new Uint8Array(0);
    this.packages.set(name, content());
    this.opened++;
    return {
      get length() {
        return content().length;
      },
      append: async (bytes) => {
        if (content().length + bytes.length > this.capacity) throw new DeliveryError("no-space", "the disk is full");
        this.packages.set(name, concatBytes([content(), bytes]));
      },
      truncate: async (length) => {
        this.packages.set(name, content().slice(0, length));
      },
      flush: async () => {},
      close: async () => {
        this.opened--;
      },
    };
  }

  async remove(name: string): Promise<void> {
    this.packages.delete(name);
  }

  async size(name: string): Promise<number> {
    return this.packages.get(name)?.length ?? 0;
  }

  async digest(name: string): Promise<Uint8Array> {
    return sha256(this.packages.get(name) ?? new Uint8Array(0));
  }

  path(name: string): string {
    return `/spool/${name}`;
  }

  async free(): Promise<number | undefined> {
    return this.told;
  }
}
