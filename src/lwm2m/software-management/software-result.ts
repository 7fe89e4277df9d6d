import type { DeliveryFailure } from "../package-delivery/delivery-error.ts";

/** Update Result (/9/x/9) and its numbers. */
const numbers = {
  initial: 0,
  downloading: 1,
  installed: 2,
  verified: 3,
  "no-space": 50,
  "no-memory": 51,
  "connection-lost": 52,
  integrity: 53,
  "package-type": 54,
  "bad-address": 56,
  "device-error": 57,
  "install-failed": 58,
  "uninstall-failed": 59,
} as const;

export type SoftwareResult = keyof typeof numbers;

export const softwareResults = Object.keys(numbers).filter(isResult);

export function softwareResultNumber(result: SoftwareResult): number {
  return numbers[result];
}

/** The object has no number for a protocol that is not supported: it makes the address a bad one. */
export function resultOfFailure(failure: DeliveryFailure): SoftwareResult {
  return failure === "unsupported-protocol" ? "bad-address" : failure;
}

function isResult(name: string): name is SoftwareResult {
  return name in numbers;
}
