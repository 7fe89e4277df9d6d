// `npm run bench -- NAME [options]`: each benchmark is loaded when it is asked for.
export interface Benchmark {
  /** Takes the rest of the command line. */
  run(args: readonly string[]): Promise<void>;
}

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  client: () => import("./client/client-bench.ts"),
  handshake: () => import("./handshake/handshake-bench.ts"),
};

const [name = "", ...args] = process.argv.slice(2);
const load = benchmarks[name];
if (load) {
  await (await load()).run(args);
} else {
  console.error(`npm run bench -- ${Object.keys(benchmarks).join(" | ")} [options]`);
  process.exitCode = 2;
}
