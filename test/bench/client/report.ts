import { arch, cpus, release } from "node:os";
import { table } from "../table.ts";
import { type Maker, makers } from "./contenders.ts";
import { type Case, cases, type Effort, type Result } from "./measure.ts";
import { quantile } from "./quantile.ts";

type Figure = "startMs" | "coldPerSecond" | "warmPerSecond" | "peakMB";

const figures: readonly { readonly key: Figure; readonly title: string; readonly smallerIsBetter: boolean }[] = [
  { key: "startMs", title: "Start of the process to Registered, ms", smallerIsBetter: true },
  { key: "coldPerSecond", title: "Reads per second, the first ones", smallerIsBetter: false },
  { key: "warmPerSecond", title: "Reads per second, the last ones", smallerIsBetter: false },
  { key: "peakMB", title: "Peak resident memory, MB", smallerIsBetter: true },
];

/** Medians with quartiles, every case that we lose included. */
export function printReport(results: readonly Result[], effort: Effort): void {
  console.log(
    `${cpus()[0]?.model}, Linux ${release()} ${arch()}, Node ${process.version}; ${JSON.stringify(effort)}\n`,
  );
  for (const { key, title, smallerIsBetter } of figures) {
    const rows = cases.map((of) => row(of, results, key, smallerIsBetter));
    console.log(`${title}\n\n${table([["", ...makers, "", "payload bytes"], ...rows])}\n`);
  }
}

function row(of: Case, results: readonly Result[], key: Figure, smallerIsBetter: boolean): string[] {
  const result = (maker: Maker) => results.find((one) => one.of === of && one.maker === maker);
  const [ours, theirs] = makers.map((maker) => quantile(result(maker)?.[key] ?? [], 0.5));
  const ratio = (ours ?? Number.NaN) / (theirs ?? Number.NaN);
  const ahead = smallerIsBetter ? ratio < 1 : ratio > 1;
  const payload = makers.map((maker) => result(maker)?.payloadBytes).join("/");
  const cells = makers.map((maker) => text(result(maker)?.[key] ?? []));
  return [
    `${of.security}, ${of.format} ${of.path}`,
    ...cells,
    `${ratio.toFixed(2)} ${ahead ? "ahead" : "LOST"}`,
    payload,
  ];
}

function text(values: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((at) => quantile(values, at).toFixed(0));
  return `${middle} (${low} to ${high})`;
}
