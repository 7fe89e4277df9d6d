import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cleanup } from "../../support/foreign/cleanup.ts";
import { type Identity, TestAuthority } from "../../support/foreign/test-authority.ts";

/** Who meets whom: the same certificates for every client, all P-256 and of one authority. */
export interface BenchIdentities {
  /** PEM file. */
  readonly ca: string;
  readonly server: Identity;
  readonly device: Identity;
  /** A virtual SIM's profile with the device's key and certificate. */
  readonly sim: string;
}

export function makeIdentities(cleanup: Cleanup, folder: string): BenchIdentities {
  const authority = new TestAuthority(cleanup);
  const device = authority.device("device");
  const sim = join(folder, "sim.json");
  const [privateKey, content] = [device.key, device.cert].map((file) => readFileSync(file, "utf8"));
  const profile = {
    format: 1,
    appletId: "00".repeat(32),
    keyPairs: [{ label: "identity", privateId: "01", publicId: "01", privateKey }],
    files: [{ label: "identity", id: "03", content }],
  };
  writeFileSync(sim, JSON.stringify(profile));
  return { ca: authority.cert, server: authority.server(), device, sim };
}
