#!/usr/bin/env node
import { finish } from "./finish.ts";
import { quickRunOptions } from "./quick-run.ts";

const args = process.argv.slice(2);
const options = quickRunOptions(args);
if (options) {
  await finish(false, async () => (await import("./commands/run.ts")).run.run(options));
} else {
  await (await import("./command-line.ts")).runCommandLine(args);
}
