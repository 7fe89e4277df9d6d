import { CodedError } from "../util/coded-error.ts";

/** A server's URI taken apart (RFC 7252 §6): what to resolve, and what every request to it starts with. */
export interface ServerUri {
  /** As given. */
  readonly text: string;
  /** `coaps`: DTLS below CoAP. */
  readonly secure: boolean;
  /** Lower case, without brackets; an IPv6 literal may carry a scope id (`fe80::1%eth0`). */
  readonly host: string;
  readonly port: number;
  /** True when `host` is an address and not a name: such a host goes into no SNI (RFC 6066 §3). */
  readonly literal: boolean;
  readonly path: readonly string[];
  readonly query: readonly string[];
}

const shape = /^(coaps?):\/\/(?:\[([^\]]+)\]|([^/?#:[\]@]+))(?::(\d{1,5}))?(\/[^?#]*)?(?:\?([^#]*))?$/i;

/** Throws CodedError "BAD_SERVER_URI". */
export function parseServerUri(text: string): ServerUri {
  const parts = shape.exec(text);
  if (!parts) fail(text, "coap://HOST[:PORT][/PATH] or coaps://… was expected, without fragment or user name");
  const [, scheme = "", bracketed, name = "", port, path = "", query] = parts;
  const secure = scheme.toLowerCase() === "coaps";
  const host = bracketed === undefined ? decode(name, text).toLowerCase() : ipv6(bracketed, text);
  return {
    text,
    secure,
    host,
    port: port === undefined ? (secure ? 5684 : 5683) : portNumber(port, text),
    literal: bracketed !== undefined || /^\d+(\.\d+){3}$/.test(host),
    path: segments(path).map((segment) => decode(segment, text)),
    query: query ? query.split("&").map((item) => decode(item, text)) : [],
  };
}

/** An empty path and "/" are both no option at all (RFC 7252 §6.4). */
function segments(path: string): string[] {
  return path === "" || path === "/" ? [] : path.slice(1).split("/");
}

function portNumber(digits: string, text: string): number {
  const port = Number(digits);
  if (port < 1 || port > 65535) fail(text, `port ${digits} is not in 1..65535`);
  return port;
}

/** `%25` before a scope id is RFC 6874; a bare `%` is what people write. */
function ipv6(literal: string, text: string): string {
  const address = literal.replace(/%25/, "%").toLowerCase();
  if (!/^[0-9a-f:.]+(%[\w.-]+)?$/.test(address) || !address.includes(":"))
    fail(text, `"${literal}" is no IPv6 address`);
  return address;
}

function decode(part: string, text: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return fail(text, `"${part}" has a broken percent escape`);
  }
}

function fail(text: string, problem: string): never {
  throw new CodedError("BAD_SERVER_URI", `server URI "${text}": ${problem}`);
}
