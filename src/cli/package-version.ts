import { readFileSync } from "node:fs";

/** Of this package, wherever it is installed: yargs would look for the nearest package.json of whoever starts it. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
