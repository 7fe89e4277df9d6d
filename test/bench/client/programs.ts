import type { Program } from "../../support/foreign/foreign-process.ts";
import { built } from "../../support/foreign/paths.ts";

/** A Java program with the JVM's own settings: what is measured is not tuned by us. */
export function javaProgram(mainClass: string, args: readonly string[]): Program {
  const classPath = `${built("leshan/target/classes")}:${built("leshan/target/lib")}/*`;
  const quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error";
  return { command: "java", args: [quiet, "-cp", classPath, mainClass, ...args] };
}

/** The program on one CPU alone, with all its threads. */
export function pinned({ command, args, ...rest }: Program, cpu: number): Program {
  return { command: "taskset", args: ["--cpu-list", String(cpu), command, ...args], ...rest };
}
