import type { LwM2mVersion } from "./lwm2m-version.ts";

/** Versions of the core objects that an enabler release implies, so that they may be left out of Register. */
const implied: Readonly<Record<LwM2mVersion, ReadonlyMap<number, string>>> = {
  "1.0": new Map([0, 1, 2, 3, 4, 5, 6, 7].map((id) => [id, "1.0"])),
  "1.1": new Map([
    [0, "1.1"],
    [1, "1.1"],
    [2, "1.0"],
    [3, "1.1"],
    [4, "1.2"],
    [5, "1.0"],
    [6, "1.0"],
    [7, "1.0"],
    [21, "1.0"],
  ]),
  // Sources differ on 1.2, and to say a version is always legal: only what they agree on is implied.
  "1.2": new Map([
    [0, "1.2"],
    [1, "1.2"],
    [6, "1.0"],
    [7, "1.0"],
  ]),
};

/** True when `version` needs no `ver` attribute in a registration of that release (OMA LwM2M Core 1.2 §7.2.3). */
export function isImpliedVersion(release: LwM2mVersion, objectId: number, version: string): boolean {
  return version === (implied[release].get(objectId) ?? "1.0");
}
