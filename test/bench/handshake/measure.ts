import type { Program } from "../../support/foreign/foreign-process.ts";
import type { OurClientReport } from "./clients/our-client.ts";
import type { Contender } from "./contenders.ts";
import { CountingRelay, type WireCounts } from "./counting-relay.ts";
import { runClient } from "./run-client.ts";
import { withServer } from "./with-server.ts";

export interface Counts extends WireCounts {
  /** Absent where there is no card. */
  readonly card: OurClientReport["card"] | undefined;
}

export interface Result {
  readonly contender: Contender;
  readonly counts: Counts;
  /** Client CPU of one handshake, one value a round, milliseconds. */
  readonly cpuMs: readonly number[];
}

export interface Effort {
  readonly handshakes: number;
  readonly rounds: number;
}

/** Counts first, then time: in each round every contender has its turn, so that a busy minute hits all of them. */
export async function measure(all: readonly Contender[], server: Program, effort: Effort): Promise<readonly Result[]> {
  const results: { contender: Contender; counts: Counts; cpuMs: number[] }[] = [];
  for (const contender of all) results.push({ contender, counts: await countOne(contender, server), cpuMs: [] });
  for (let round = 0; round < effort.rounds; round++) {
    for (const { contender, cpuMs } of results) {
      cpuMs.push(await timeOne(contender, server, effort.handshakes));
    }
  }
  return results;
}

function countOne(contender: Contender, server: Program): Promise<Counts> {
  return withServer(server, async (port) => {
    const relay = await CountingRelay.open(port);
    try {
      const { output } = await runClient(contender.program(relay.port, 1));
      const card = contender.key === "SIM" ? (JSON.parse(output) as OurClientReport).card : undefined;
      return { ...relay.counts, card };
    } finally {
      relay.close();
    }
  });
}

/** A run without any handshake takes away what starting costs. */
function timeOne({ program }: Contender, server: Program, handshakes: number): Promise<number> {
  return withServer(server, async (port) => {
    const idle = await runClient(program(port, 0));
    const busy = await runClient(program(port, handshakes));
    return (busy.cpuMs - idle.cpuMs) / handshakes;
  });
}
