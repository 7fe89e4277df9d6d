import type { ArgumentsCamelCase, Argv } from "yargs";
import { nodeEntropy } from "../../crypto/entropy.ts";
import { monotonicClock } from "../../platform/clock.ts";
import { nodeTimers } from "../../platform/timers.ts";
import { formatTraceEntry, type TraceListener } from "../../sandbox/card/apdu-trace.ts";
import { latencyOf, parseLatency } from "../../sandbox/card/latency.ts";
import type { Profile } from "../../sandbox/card/profile.ts";
import { loadProfile, saveProfile } from "../../sandbox/card/profile-file.ts";
import { openTraceFile } from "../../sandbox/card/trace-writer.ts";
import { VirtualSim } from "../../sandbox/card/virtual-sim.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import type { Output } from "../output.ts";
import { makeProfile } from "./card-simulate/make-profile.ts";
import { offerCard, parseHostPort } from "./card-simulate/offer-card.ts";

const options = (yargs: Argv) =>
  yargs
    .option("profile", {
      type: "string",
      demandOption: true,
      describe: "JSON file of the SIM; generated keys go there",
    })
    .option("socket", { type: "string", describe: "Unix socket to listen at (iotsafe:?channel=socket:PATH)" })
    .option("vpcd", { type: "string", describe: "HOST:PORT of pcscd's virtual reader, for example 127.0.0.1:35963" })
    .option("latency", { type: "string", default: "fast", describe: "fast, median, slow, or ms for one signature" })
    .option("trace", { type: "string", describe: "write each APDU to this file, or to stdout without a name" })
    .option("mode", { choices: ["strict", "lenient"] as const, describe: "length checks (else as the profile says)" })
    .option("new", {
      type: "string",
      describe: "make the profile first: a key and a certificate with this common name",
    })
    .option("ca-cert", { type: "string", implies: "ca-key", describe: "PEM file of who issues it (else self-signed)" })
    .option("ca-key", { type: "string", implies: "ca-cert", describe: "PEM file of the issuer's private key" })
    .conflicts("socket", "vpcd")
    .example("$0 card simulate --new my-device --profile sim.json --socket /tmp/sim.sock", "a new SIM at a socket")
    .check(({ socket, vpcd, new: commonName }) => {
      if (socket !== undefined || vpcd !== undefined || commonName !== undefined) return true;
      throw new Error("one of --socket, --vpcd and --new is needed");
    });

type Options = ReturnType<typeof options> extends Argv<infer T> ? T : never;

/** `card simulate`: the virtual SIM at a Unix socket or in a reader of pcscd, until SIGINT or SIGTERM. */
export const cardSimulate: Command<Options> = { options, run };

async function run(given: ArgumentsCamelCase<Options>, output: Output): Promise<ExitCode> {
  const { socket, vpcd } = given;
  const latency = latencyOf(parseLatency(given.latency));
  const address = vpcd === undefined ? undefined : parseHostPort(vpcd);
  const profile = await profileOf(given, output);
  if (socket === undefined && address === undefined) return ExitCode.done;
  const trace = traceOf(given.trace, output);
  const sim = new VirtualSim(withMode(profile, given.mode), {
    entropy: nodeEntropy,
    clock: monotonicClock,
    timers: nodeTimers,
    latency,
    // The mode of one run is not the profile's.
    save: (changed) => saveProfile(given.profile, withMode(changed, profile.settings.lengths)),
    ...(trace === undefined ? {} : { trace: trace.listener }),
  });
  await offerCard(sim, { socket, vpcd: address }, output);
  await trace?.close();
  return ExitCode.done;
}

async function profileOf(given: ArgumentsCamelCase<Options>, output: Output): Promise<Profile> {
  if (given.new === undefined) return loadProfile(given.profile);
  const profile = await makeProfile({ ...given, commonName: given.new });
  output.step(`new virtual SIM for ${given.new} in ${given.profile}`);
  return profile;
}

function withMode(profile: Profile, mode: Profile["settings"]["lengths"] | undefined): Profile {
  return mode === undefined ? profile : { ...profile, settings: { ...profile.settings, lengths: mode } };
}

function traceOf(
  path: string | undefined,
  output: Output,
): { listener: TraceListener; close(): Promise<void> } | undefined {
  if (path === undefined) return undefined;
  if (path === "") return { listener: (entry) => output.step(formatTraceEntry(entry)), close: async () => {} };
  return openTraceFile(path, (error) => output.failure(error));
}
