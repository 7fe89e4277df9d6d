import { concatBytes } from "../../src/util/bytes.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** One small damage to `original`, which must not be empty: cut, changed, flipped, grown, shrunk, or noise instead. */
export function mutateBytes(random: SeededRandom, original: Uint8Array): Uint8Array {
  const bytes = original.slice();
  const at = random.below(bytes.length);
  switch (random.below(6)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      bytes[at] = random.below(256);
      return bytes;
    case 2:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 3:
      return concatBytes([bytes.subarray(0, at), random.randomBytes(1 + random.below(20)), bytes.subarray(at)]);
    case 4:
      return concatBytes([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(8)))]);
    default:
      return random.randomBytes(random.below(60));
  }
}

export function pick<T>(random: SeededRandom, choices: readonly T[]): T {
  const choice = choices[random.below(choices.length)];
  if (choice === undefined) throw new Error("nothing to choose from");
  return choice;
}
