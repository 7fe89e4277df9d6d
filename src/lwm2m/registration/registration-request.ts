import type { CoapRequest } from "../../coap/exchange.ts";
import { Method } from "../../coap/message.ts";
import { ContentFormat } from "../../formats/content-format.ts";
import { encodeUtf8 } from "../../util/bytes.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";

export interface RegisterParameters {
  readonly endpointName: string;
  readonly version: LwM2mVersion;
  /** Seconds. */
  readonly lifetime: number;
  readonly binding: string;
  /** Of the server URI: they precede ours. */
  readonly uriPath: readonly string[];
  readonly uriQuery: readonly string[];
  /** LwM2M 1.2: sent in the place of `links`. */
  readonly profileId?: string;
  /** Link format. */
  readonly links: string;
}

/** What an Update says: only what changed. */
export interface UpdateParameters {
  readonly lifetime?: number;
  readonly binding?: string;
  readonly links?: string;
}

export function registerRequest(parameters: RegisterParameters): CoapRequest {
  const { endpointName, version, lifetime, binding, uriPath, uriQuery, profileId, links } = parameters;
  const query = [
    ...uriQuery,
    `lwm2m=${version}`,
    `ep=${endpointName}`,
    `lt=${lifetime}`,
    ...bindingQuery(binding, version),
    ...(profileId === undefined ? [] : [`pid=${profileId}`]),
  ];
  return { ...post([...uriPath, "rd"], query), ...(profileId === undefined && linkPayload(links)) };
}

export function updateRequest(
  location: readonly string[],
  version: LwM2mVersion,
  changes: UpdateParameters,
): CoapRequest {
  const query = [
    ...(changes.lifetime === undefined ? [] : [`lt=${changes.lifetime}`]),
    ...(changes.binding === undefined ? [] : bindingQuery(changes.binding, version)),
  ];
  return { ...post(location, query), ...(changes.links !== undefined && linkPayload(changes.links)) };
}

export function deregisterRequest(location: readonly string[]): CoapRequest {
  return { ...post(location, []), method: Method.DELETE };
}

/** Queue mode is a letter of the binding in 1.0 and a parameter of its own later; servers refuse the wrong one. */
function bindingQuery(binding: string, version: LwM2mVersion): string[] {
  if (version === "1.0") return [`b=${binding}`];
  const transports = binding.replace("Q", "");
  return [`b=${transports}`, ...(transports === binding ? [] : ["Q"])];
}

function post(path: readonly string[], query: readonly string[]): CoapRequest {
  return { method: Method.POST, path, query, options: [], payload: new Uint8Array() };
}

function linkPayload(links: string): Pick<CoapRequest, "contentFormat" | "payload"> {
  return { contentFormat: ContentFormat.linkFormat, payload: encodeUtf8(links) };
}
