import type { Program } from "./foreign-process.ts";
import { built } from "./paths.ts";

/** One of the Java programs in test/interop/leshan, tuned to start fast and stay small. */
export function java(mainClass: string, args: readonly string[]): Program {
  const classPath = `${built("leshan/target/classes")}:${built("leshan/target/lib")}/*`;
  const tuning = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-Xshare:auto"];
  const log = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error";
  return { command: "java", args: [...tuning, log, "-cp", classPath, mainClass, ...args] };
}

/** `{ name: value }` as `--name value`; what is undefined is left out, true is a bare flag. */
export function flags(
  options: Readonly<Record<string, string | number | boolean | undefined>>,
  dashes = "--",
): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [dashes + name] : [dashes + name, String(value)];
  });
}
