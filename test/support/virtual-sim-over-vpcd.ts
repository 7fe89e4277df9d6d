import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { monotonicClock } from "../../src/platform/clock.ts";
import { nodeTimers } from "../../src/platform/timers.ts";
import { formatTraceEntry } from "../../src/sandbox/card/apdu-trace.ts";
import { FaultInjector } from "../../src/sandbox/card/fault-injector.ts";
import { type Latency, latencyOf } from "../../src/sandbox/card/latency.ts";
import type { Profile } from "../../src/sandbox/card/profile.ts";
import { VirtualSim } from "../../src/sandbox/card/virtual-sim.ts";
import { VpcdDialler } from "../../src/sandbox/card/vpcd-dialler.ts";
import type { Cleanup } from "./foreign/cleanup.ts";
import { EventLog } from "./foreign/event-log.ts";
import { Pcscd, virtualReader } from "./pcscd.ts";

export interface VirtualSimOverVpcd {
  /** The reader's name, for PC/SC clients and `iotsafe:?reader=`. */
  readonly reader: string;
  readonly pcscd: Pcscd;
  readonly sim: VirtualSim;
  /** The card in the reader: give it a fault plan, pull it, insert it. */
  readonly card: FaultInjector;
  readonly dialler: VpcdDialler;
  /** Lines of the APDU trace; waitFor one to know that the card was reached. */
  readonly trace: EventLog<string>;
}

/**
 * A virtual SIM in a reader of a real pcscd. Resolves when the card has been switched on, which is when PC/SC clients see
 * it. Takes the lock on pcscd until the clean-up.
 */
export async function startVirtualSimOverVpcd(
  cleanup: Cleanup,
  profile: Profile,
  latency: Latency = latencyOf("fast"),
): Promise<VirtualSimOverVpcd> {
  const pcscd = await Pcscd.start(cleanup);
  const trace = new EventLog<string>();
  const sim = new VirtualSim(profile, {
    entropy: nodeEntropy,
    clock: monotonicClock,
    timers: nodeTimers,
    latency,
    trace: (entry) => trace.push(formatTraceEntry(entry)),
  });
  const card = new FaultInjector(sim);
  const dialler = new VpcdDialler({ host: "127.0.0.1", port: pcscd.port, card, timers: nodeTimers });
  cleanup.after(() => dialler.close());
  await trace.waitFor((line) => line.endsWith("power on"), "power on");
  return { reader: virtualReader, pcscd, sim, card, dialler, trace };
}
