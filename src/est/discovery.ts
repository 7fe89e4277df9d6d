import type { CoapRequest } from "../coap/exchange.ts";
import { Method } from "../coap/message.ts";
import { ContentFormat } from "../formats/content-format.ts";
import { decodeLinks, type Link } from "../formats/link-format.ts";
import { type EstFunction, estFunctions } from "./est-function.ts";

/** Asks for the resources of EST alone (RFC 9148 §4.1). */
export const discoveryRequest: CoapRequest = {
  method: Method.GET,
  path: [".well-known", "core"],
  query: ["rt=ace.est*"],
  accept: ContentFormat.linkFormat,
  options: [],
  payload: new Uint8Array(0),
};

/**
 * The root under which a server lists its functions in the CoRE link format; undefined when it lists none that ends in
 * the function's own name on this host and port. Links to elsewhere are passed over: they need an association of their
 * own, which is for the configuration to name. Throws DecodeError.
 */
export function rootFromLinks(payload: Uint8Array): readonly string[] | undefined {
  for (const link of decodeLinks(payload)) {
    const path = pathOf(link);
    const functions = functionsOf(link);
    const last = path?.at(-1);
    if (path && functions.some((name) => name === last)) return path.slice(0, -1);
  }
  return undefined;
}

function functionsOf({ attributes }: Link): readonly EstFunction[] {
  const types = attributes.find(({ name }) => name === "rt")?.value?.split(" ") ?? [];
  return estFunctions.filter((name) => types.includes(`ace.est.${name}`));
}

function pathOf({ target }: Link): readonly string[] | undefined {
  if (!target.startsWith("/") || target.startsWith("//")) return undefined;
  const [path = ""] = target.slice(1).split(/[?#]/);
  try {
    return path.split("/").map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
