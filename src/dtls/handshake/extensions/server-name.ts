import { ByteReader, ByteWriter, encodeUtf8 } from "../../../util/bytes.ts";

const hostNameType = 0;
/** RFC 1123 §2.1 letters, digits and hyphens; names with other letters come as A-labels (RFC 6066 §3). */
const label = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

/** server_name of a ClientHello (RFC 6066 §3): the host name, or undefined when the list has only other types. */
export function decodeServerName(data: Uint8Array): string | undefined {
  const outer = new ByteReader(data, "server_name");
  const list = new ByteReader(outer.vector(2, 1), "server_name");
  outer.end();
  let hostName: string | undefined;
  while (list.remaining > 0) {
    const type = list.uint8();
    const name = String.fromCharCode(...list.vector(2, 1));
    if (type !== hostNameType) continue;
    if (hostName !== undefined) list.fail("two host names");
    if (!isHostName(name)) list.fail("not a host name");
    hostName = name;
  }
  return hostName;
}

export function encodeServerName(hostName: string): Uint8Array {
  assertHostName(hostName);
  const entry = new ByteWriter().uint8(hostNameType).vector(2, encodeUtf8(hostName));
  return new ByteWriter().vector(2, entry.finish()).finish();
}

/** Throws RangeError unless `name` may stand in server_name: a DNS name without final dot, never an IP literal. */
export function assertHostName(name: string): void {
  if (isHostName(name)) return;
  throw new RangeError(`server name "${name}": a DNS host name is expected; for an IP address leave it out`);
}

function isHostName(name: string): boolean {
  if (name.length > 253) return false;
  const labels = name.split(".");
  // A name whose last label is numeric is an IPv4 literal or none at all (RFC 3696 §2); IPv6 has colons.
  return labels.every((part) => label.test(part)) && !/^[0-9]+$/.test(labels.at(-1) ?? "");
}
