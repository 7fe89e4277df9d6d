import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nodeEntropy } from "../../../src/crypto/entropy.ts";
import { monotonicClock } from "../../../src/platform/clock.ts";
import { nodeTimers } from "../../../src/platform/timers.ts";
import { CardSocketServer } from "../../../src/sandbox/card/card-socket-server.ts";
import { type LatencyChoice, latencyOf } from "../../../src/sandbox/card/latency.ts";
import { type Profile, parseProfile } from "../../../src/sandbox/card/profile.ts";
import { VirtualSim } from "../../../src/sandbox/card/virtual-sim.ts";
import type { Cleanup } from "./cleanup.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import type { Identity } from "./test-authority.ts";

/** The personalisation of a SIM that holds this key and this certificate. `spares`: identifiers of slots without a key. */
export function simProfile({ key, cert }: Identity, spares: readonly string[] = []): Profile {
  const [privateKey, content] = [readFileSync(key, "utf8"), readFileSync(cert, "utf8")];
  const label = "device";
  return parseProfile(
    {
      format: 1,
      appletId: `${"C0FFEE".repeat(10)}C0FF`,
      keyPairs: [
        { label, privateId: "01", publicId: "02", privateKey },
        ...spares.map((id) => ({ label: `spare-${id}`, privateId: id, publicId: id })),
      ],
      files: [{ label, id: "03", content }],
    },
    "of a test",
  );
}

/**
 * A virtual SIM at a Unix socket; gives the credential's URI. `latency`: a preset, or the milliseconds of a signature;
 * `spares` as for `simProfile`.
 */
export async function simAtSocket(
  cleanup: Cleanup,
  identity: Identity,
  latency: LatencyChoice = "fast",
  spares: readonly string[] = [],
): Promise<string> {
  const ports = { entropy: nodeEntropy, clock: monotonicClock, timers: nodeTimers, latency: latencyOf(latency) };
  const path = join(temporaryFolder(cleanup), "sim.sock");
  const server = await CardSocketServer.listen(new VirtualSim(simProfile(identity, spares), ports), path);
  cleanup.after(() => server.close());
  return `iotsafe:?channel=socket:${path}`;
}
