/** Update Result (/5/0/5): the place in the list is the number. */
export const updateResults = [
  "initial",
  "updated",
  "no-space",
  "no-memory",
  "connection-lost",
  "integrity",
  "package-type",
  "bad-address",
  "update-failed",
  "unsupported-protocol",
  "cancelled",
  "deferred",
] as const;

export type UpdateResult = (typeof updateResults)[number];

export function resultNumber(result: UpdateResult): number {
  return updateResults.indexOf(result);
}
