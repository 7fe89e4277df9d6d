import { lookup } from "node:dns/promises";
import { CodedError } from "../util/coded-error.ts";
import type { PeerAddress } from "../util/network.ts";

/** All addresses of a name, in the order of the system's resolver (hosts file, RFC 6724). */
export async function resolveAll(host: string, port: number): Promise<readonly PeerAddress[]> {
  try {
    const found = await lookup(host, { all: true, verbatim: true });
    return found.map(({ address, family }) => ({ host: address, port, family: family === 6 ? 6 : 4 }));
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    throw new CodedError("NAME_NOT_RESOLVED", `the name "${host}" does not resolve (${why})`, { cause });
  }
}
