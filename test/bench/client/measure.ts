import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ForeignProcess } from "../../support/foreign/foreign-process.ts";
import { clientProgram, type Maker, makers, pskHex, type Security } from "./contenders.ts";
import { pinned } from "./programs.ts";
import { ReadServer } from "./read-server.ts";
import { withCleanup } from "./with-cleanup.ts";

export interface Effort {
  readonly rounds: number;
  readonly reads: number;
  readonly cold: number;
  readonly warm: number;
  readonly serverCpu: number;
  readonly clientCpu: number;
}

export interface Case {
  readonly security: Security;
  readonly format: "TLV" | "SENML_CBOR";
  readonly path: string;
}

export const cases: readonly Case[] = (["NoSec", "PSK"] as const).flatMap((security) => [
  { security, format: "TLV", path: "/3303/0/5700" } as const,
  { security, format: "SENML_CBOR", path: "/3303" } as const,
]);

/** Of one client in one case: one value a round. */
export interface Result {
  readonly maker: Maker;
  readonly of: Case;
  readonly startMs: number[];
  readonly coldPerSecond: number[];
  readonly warmPerSecond: number[];
  readonly peakMB: number[];
  payloadBytes: number;
}

export interface Places {
  /** Empty. */
  readonly folder: string;
  /** Our command line, compiled. */
  readonly main: string;
  readonly models: string;
}

/** A round before those that count warms up the server; in each, every client has its turn in every case. */
export function measure(effort: Effort, places: Places): Promise<readonly Result[]> {
  return withCleanup(async (cleanup) => {
    const server = await ReadServer.start(cleanup, places.models, effort.serverCpu);
    await oneRound("warm-up", server, effort, places, newResults());
    const results = newResults();
    for (let round = 1; round <= effort.rounds; round++) {
      await oneRound(String(round), server, effort, places, results);
      console.error(`round ${round} of ${effort.rounds}`);
    }
    return results;
  });
}

function newResults(): readonly Result[] {
  const empty = () => ({ startMs: [], coldPerSecond: [], warmPerSecond: [], peakMB: [], payloadBytes: 0 });
  return cases.flatMap((of) => makers.map((maker): Result => ({ maker, of, ...empty() })));
}

async function oneRound(name: string, server: ReadServer, effort: Effort, places: Places, results: readonly Result[]) {
  for (const [index, result] of results.entries()) {
    await oneRun(`${result.maker}-${index}-${name}`, server, effort, places, result);
  }
}

/** From the start of the process to its end. */
function oneRun(endpoint: string, server: ReadServer, effort: Effort, places: Places, result: Result): Promise<void> {
  const { maker, of } = result;
  return withCleanup(async (cleanup) => {
    if (of.security === "PSK") await server.addPsk(endpoint, pskHex);
    const { folder, models, main } = places;
    const setting = { security: of.security, endpoint, server, folder: join(folder, endpoint), models };
    const program = clientProgram(maker, main, setting);
    const started = performance.now();
    const client = new ForeignProcess(cleanup, pinned(program, effort.clientCpu), String);
    await server.registered(endpoint);
    result.startMs.push(performance.now() - started);
    const { cold, warm, reads: count } = effort;
    const series = await server.read(endpoint, { format: of.format, path: of.path, count, cold, warm });
    result.coldPerSecond.push(cold / series.coldSeconds);
    result.warmPerSecond.push(warm / series.warmSeconds);
    result.payloadBytes = series.payloadBytes;
    result.peakMB.push(peakResidentMB(client.pid));
  });
}

/** VmHWM: the most that was in memory at once since the program began. */
function peakResidentMB(pid: number | undefined): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kibibytes) / 1024;
}
