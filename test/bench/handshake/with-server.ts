import type { Cleanup } from "../../support/foreign/cleanup.ts";
import { DtlsPeer } from "../../support/foreign/dtls-peer.ts";
import type { Program } from "../../support/foreign/foreign-process.ts";

/** Starts the server anew, so that no run meets the sessions of an earlier one, and gives its port to `work`. */
export async function withServer<T>(program: Program, work: (port: number) => Promise<T>): Promise<T> {
  const cleanups: (() => Promise<void> | void)[] = [];
  const cleanup: Cleanup = { after: (clean) => void cleanups.push(clean) };
  try {
    const { port } = await new DtlsPeer(cleanup, program).waitFor("listening");
    return await work(port);
  } finally {
    for (const clean of cleanups) await clean();
  }
}
