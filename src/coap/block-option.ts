import type { CoapOption } from "./message.ts";
import { uintOption, uintToOption } from "./options.ts";

/** Value of a Block1 or Block2 option (RFC 7959 §2.2). */
export interface Block {
  readonly number: number;
  readonly more: boolean;
  /** Bytes: 16, 32, ... 1024. */
  readonly size: BlockSize;
}

export type BlockSize = 16 | 32 | 64 | 128 | 256 | 512 | 1024;

/** Block numbers have 20 bits. */
export const maxBlockNumber = 0xfffff;

const sizes: readonly BlockSize[] = [16, 32, 64, 128, 256, 512, 1024];

/** Undefined when the option is absent; "reserved" when its size exponent is 7, which UDP does not know. */
export function blockOption(options: readonly CoapOption[], number: number): Block | "reserved" | undefined {
  const value = uintOption(options, number);
  if (value === undefined) return undefined;
  const size = sizes[value & 7];
  return size === undefined ? "reserved" : { number: value >>> 4, more: (value & 8) !== 0, size };
}

export function blockToOption(number: number, block: Block): CoapOption {
  return uintToOption(number, block.number * 16 + (block.more ? 8 : 0) + sizes.indexOf(block.size));
}

export function blockOffset(block: Block): number {
  return block.number * block.size;
}

export function smallerSize(a: BlockSize, b: BlockSize): BlockSize {
  return a < b ? a : b;
}
