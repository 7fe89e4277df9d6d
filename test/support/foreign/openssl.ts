import type { Cleanup } from "./cleanup.ts";
import { ForeignProcess } from "./foreign-process.ts";

/** Starts `openssl s_server` for DTLS 1.2 on a free port of 127.0.0.1; its lines are events. */
export async function startOpensslServer(cleanup: Cleanup, args: readonly string[]) {
  const all = ["s_server", "-dtls1_2", "-accept", "127.0.0.1:0", "-listen", ...args];
  const process = openssl(cleanup, all);
  const accept = await process.events.waitFor((line) => line.startsWith("ACCEPT"), "ACCEPT line");
  return { process, port: Number(accept.split(":").at(-1)) };
}

/** Starts `openssl s_client` for DTLS 1.2 towards 127.0.0.1; its lines are events. */
export function startOpensslClient(cleanup: Cleanup, port: number, args: readonly string[]): ForeignProcess<string> {
  return openssl(cleanup, ["s_client", "-dtls1_2", "-connect", `127.0.0.1:${port}`, ...args]);
}

function openssl(cleanup: Cleanup, args: readonly string[]): ForeignProcess<string> {
  return new ForeignProcess(cleanup, { command: "openssl", args }, (line) => line);
}
