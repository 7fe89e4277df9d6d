import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compile } from "../../support/compile.ts";
import type { Cleanup } from "../../support/foreign/cleanup.ts";
import { makeIdentities } from "./bench-identities.ts";
import { clientPrograms, contenders, serverProgram } from "./contenders.ts";
import { type Effort, measure } from "./measure.ts";
import { printReport } from "./report.ts";

/** What a full handshake costs on the wire, at the card and in client CPU, ours against pion and @nodertc/dtls. */
export async function run(args: readonly string[]): Promise<void> {
  const { effort, json } = parseOptions(args);
  const cleanups: (() => Promise<void> | void)[] = [];
  const cleanup: Cleanup = { after: (clean) => void cleanups.push(clean) };
  try {
    const folder = mkdtempSync(join(tmpdir(), "lwm2m-safe-bench-"));
    cleanup.after(() => rmSync(folder, { recursive: true }));
    const who = makeIdentities(cleanup, folder);
    const clients = compile(clientPrograms, folder);
    const results = await measure(contenders(clients, who), serverProgram(who), effort);
    if (json) console.log(JSON.stringify({ ...effort, results }));
    else printReport(results, effort);
  } finally {
    for (const clean of cleanups.reverse()) await clean();
  }
}

function parseOptions(args: readonly string[]): { readonly effort: Effort; readonly json: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      handshakes: { type: "string", default: "200" },
      rounds: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
    },
  });
  const effort = { handshakes: Number(values.handshakes), rounds: Number(values.rounds) };
  const usable = Object.values(effort).every((value) => Number.isInteger(value) && value > 0);
  if (!usable) throw new Error("--handshakes and --rounds: whole numbers above 0 expected");
  return { effort, json: values.json };
}
