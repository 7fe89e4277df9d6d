import { randomBytes } from "node:crypto";
import { plainBytes } from "./plain-bytes.ts";
import type { Entropy } from "./ports.ts";

/** The operating system's generator, by way of OpenSSL. */
export const nodeEntropy: Entropy = {
  randomBytes: (length) => plainBytes(randomBytes(length)),
};
