import type { CoapRequest, CoapResponse } from "../../coap/exchange.ts";
import { Code, codeText, Method } from "../../coap/message.ts";
import type { Content } from "../data-model/content.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import { BootstrapError } from "./bootstrap-error.ts";

export interface BootstrapParameters {
  readonly endpointName: string;
  readonly version: LwM2mVersion;
  /** Path and query items of the server URI, which precede ours. */
  readonly uriPath: readonly string[];
  readonly uriQuery: readonly string[];
  /** The Content-Format that the server is asked to write in. */
  readonly preferredFormat: number;
}

export type SendRequest = (request: CoapRequest) => Promise<CoapResponse>;

/**
 * Bootstrap-Request (OMA LwM2M Transport 1.2 §6.4.2): POST /bs?ep=NAME&pct=FORMAT. `pct` is of 1.1, and left out when the
 * server answers 4.15 to it. Throws BootstrapError BOOTSTRAP_REFUSED, and what `send` throws.
 */
export async function requestBootstrap(parameters: BootstrapParameters, send: SendRequest): Promise<void> {
  const pct = parameters.version === "1.0" ? [] : [`pct=${parameters.preferredFormat}`];
  let { code } = await send(bootstrapMessage(parameters, pct));
  if (code === Code.UnsupportedContentFormat && pct.length > 0)
    ({ code } = await send(bootstrapMessage(parameters, [])));
  if (code !== Code.Changed) throw refused("Bootstrap-Request", code);
}

/**
 * Bootstrap-Pack-Request (1.2): GET /bspack?ep=NAME. Throws BootstrapError BOOTSTRAP_REFUSED when the server has no pack
 * to give, and what `send` throws.
 */
export async function requestPack(parameters: BootstrapParameters, send: SendRequest): Promise<Partial<Content>> {
  const response = await send({
    ...bootstrapMessage(parameters, []),
    method: Method.GET,
    path: [...parameters.uriPath, "bspack"],
    accept: parameters.preferredFormat,
  });
  if (response.code !== Code.Content) throw refused("Bootstrap-Pack-Request", response.code);
  const { contentFormat, payload = new Uint8Array() } = response;
  return { payload, ...(contentFormat !== undefined && { contentFormat }) };
}

function bootstrapMessage(parameters: BootstrapParameters, more: readonly string[]): CoapRequest {
  const { endpointName, uriPath, uriQuery } = parameters;
  return {
    method: Method.POST,
    path: [...uriPath, "bs"],
    query: [...uriQuery, `ep=${endpointName}`, ...more],
    options: [],
    payload: new Uint8Array(),
  };
}

function refused(what: string, code: number): BootstrapError {
  const hint = code === Code.BadRequest ? ": the server may not know this endpoint name" : "";
  const message = `the bootstrap server answered ${what} with ${codeText(code)}${hint}`;
  return new BootstrapError("BOOTSTRAP_REFUSED", message, { responseCode: code });
}
