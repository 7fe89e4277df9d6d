import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compile } from "../../support/compile.ts";
import { type Effort, measure } from "./measure.ts";
import { printReport } from "./report.ts";
import { withCleanup } from "./with-cleanup.ts";

const definition = fileURLToPath(new URL("../../../objects/3303-1_1.xml", import.meta.url));

/** Our agent beside Leshan's client, each read from by the same Leshan server. */
export async function run(args: readonly string[]): Promise<void> {
  const { effort, json } = parseOptions(args);
  await withCleanup(async (cleanup) => {
    const folder = mkdtempSync(join(tmpdir(), "lwm2m-safe-bench-"));
    cleanup.after(() => rmSync(folder, { recursive: true }));
    const { main } = compile({ main: "src/cli/main.ts" }, folder);
    const models = join(folder, "models");
    mkdirSync(models);
    copyFileSync(definition, join(models, "3303.xml"));
    const results = await measure(effort, { folder, main, models });
    if (json) console.log(JSON.stringify({ ...effort, results }));
    else printReport(results, effort);
  });
}

function parseOptions(args: readonly string[]): { readonly effort: Effort; readonly json: boolean } {
  const number = (fallback: string) => ({ type: "string", default: fallback }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: number("5"),
      reads: number("20000"),
      cold: number("1000"),
      warm: number("10000"),
      "server-cpu": number("0"),
      "client-cpu": number("1"),
      json: { type: "boolean", default: false },
    },
  });
  const effort: Effort = {
    rounds: whole("rounds", values.rounds),
    reads: whole("reads", values.reads),
    cold: whole("cold", values.cold),
    warm: whole("warm", values.warm),
    serverCpu: whole("server-cpu", values["server-cpu"]),
    clientCpu: whole("client-cpu", values["client-cpu"]),
  };
  return { effort, json: values.json };
}

function whole(name: string, digits: string): number {
  if (!/^\d+$/.test(digits)) throw new Error(`--${name}: a whole number expected, "${digits}" came`);
  return Number(digits);
}
