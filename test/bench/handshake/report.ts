import { table } from "../table.ts";
import type { Effort, Result } from "./measure.ts";

const method = ({ handshakes, rounds }: Effort) => `
Method. One server for all: pion v3 (test/interop/pion, -role server), started anew for each run; extended master secret
and a client certificate required, cookie exchange on; loopback. Each client is a process of its own: ours from plain
JavaScript as in dist/, pion from Go, @nodertc/dtls 0.6.0 as published. The same P-256 certificates for all; P-256 or
P-384 is the curve of the key exchange. Counts: one handshake through a relay; UDP payload; each ECDSA signature, those
of certificates included, as 72 bytes; close_notify left out. CPU: user and system time of the client process by rusage
over ${handshakes} handshakes one after the other, less a run of the same client with none, divided by ${handshakes}; so an engine's
warming up is in it. ${rounds} rounds, in each of which every client has its turn; medians. Not alike: @nodertc/dtls sends no
signature_algorithms and no server_name, checks no certificate chain, does not verify its own signature and never says
close_notify; pion does all but verify its own signature. The virtual SIM (zero latency) signs within the client's
process: that CPU is in the SIM columns, and would be the card's.`;

export function printReport(results: readonly Result[], effort: Effort): void {
  console.log("One full handshake with client certificate\n");
  console.log(table([["", "datagrams out/in", "bytes out/in", "card operations"], ...results.map(countsRow)]));
  console.log("\nClient CPU of one full handshake\n");
  console.log(table([["", "ms (least to most of the rounds)"], ...results.map(cpuRow)]));
  console.log(`\nRatios of client CPU\n\n${table(ratios(results))}`);
  console.log(method(effort));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function countsRow({ contender, counts }: Result): string[] {
  const { datagramsOut, datagramsIn, bytesOut, bytesIn, card } = counts;
  const operations = card ? `${card.signatures} signature, ${card.others} others (${card.apdus} APDUs)` : "no card";
  return [contender.name, `${datagramsOut}/${datagramsIn}`, `${bytesOut}/${bytesIn}`, operations];
}

function cpuRow({ contender, cpuMs }: Result): string[] {
  const range = `${Math.min(...cpuMs).toFixed(2)} to ${Math.max(...cpuMs).toFixed(2)}`;
  return [contender.name, `${median(cpuMs).toFixed(2)} (${range})`];
}

/** Each of ours against each of theirs with the same suite; only @nodertc/dtls is met on a curve that it does not have. */
function ratios(results: readonly Result[]): string[][] {
  const ours = results.filter(({ contender }) => contender.maker === "ours");
  const theirs = results.filter(({ contender }) => contender.maker !== "ours");
  const rows = theirs.flatMap((their) => ours.filter((our) => comparable(our, their)).map((our) => ratio(our, their)));
  return [["", "ratio"], ...rows];
}

function comparable({ contender: our }: Result, { contender: their }: Result): boolean {
  return our.suite === their.suite && (our.curve === their.curve || their.maker === "nodertc");
}

function ratio(our: Result, their: Result): string[] {
  const value = median(our.cpuMs) / median(their.cpuMs);
  const note = our.contender.curve === their.contender.curve ? "" : " (curves differ)";
  return [`${our.contender.name} / ${their.contender.name}`, `${value.toFixed(2)}${note}`];
}
