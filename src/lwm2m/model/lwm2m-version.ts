/** Enabler versions as sent in Register; never "1.1.1". */
export type LwM2mVersion = "1.0" | "1.1" | "1.2";

/** What to try after 4.12 Precondition Failed; undefined after the oldest. */
export function olderVersion(version: LwM2mVersion): LwM2mVersion | undefined {
  if (version === "1.2") return "1.1";
  return version === "1.1" ? "1.0" : undefined;
}
