import type { CoapRequest } from "../../coap/exchange.ts";
import { Code, codeText, Method } from "../../coap/message.ts";
import { ContentFormat } from "../../formats/content-format.ts";
import type { DataRecord } from "../../formats/data-record.ts";
import type { Path } from "../../formats/path.ts";
import { encodeComposite } from "../data-model/content.ts";
import type { DataModel } from "../data-model/data-model.ts";
import { readPresent, uniteRecords } from "../data-model/read-composite.ts";
import type { ServerContext } from "../data-model/server-context.ts";
import type { SendRequest } from "../registration/registration.ts";
import { SendError } from "./send-error.ts";

/** SenML CBOR when absent; LwM2M CBOR is for servers of 1.2. */
export type SendFormat =
  | typeof ContentFormat.senmlJson
  | typeof ContentFormat.senmlCbor
  | typeof ContentFormat.lwm2mCbor;

export interface SendOptions {
  readonly model: DataModel;
  /** The server and its registration. */
  readonly context: ServerContext;
  /** /1/x/23; muted when absent. */
  readonly muteSend: boolean | undefined;
  /** Of the server URI. */
  readonly uriPath?: readonly string[];
  readonly uriQuery?: readonly string[];
  readonly contentFormat?: SendFormat;
  readonly send: SendRequest;
}

/**
 * Sends the values below paths without being asked (OMA LwM2M Core 1.2 §6.4.6). What is not there, not readable or not
 * for the server is left out. Throws SendError, and whatever `send` throws.
 */
export async function sendValues(paths: readonly Path[], options: SendOptions): Promise<void> {
  const { context, muteSend, send } = options;
  if (context.version === "1.0")
    throw new SendError("SEND_UNKNOWN", "Send came with LwM2M 1.1, the registration is 1.0");
  if (muteSend !== false)
    throw new SendError("SEND_MUTED", "the server has muted Send: Mute Send (/1/x/23) is true or absent");
  const records = await collect(paths, options);
  const response = await send(sendRequest(records, options));
  if (response.code === Code.Changed) return;
  throw new SendError("SEND_REFUSED", `the server answered Send with ${codeText(response.code)}`, response.code);
}

async function collect(paths: readonly Path[], { model, context }: SendOptions): Promise<DataRecord[]> {
  const records = uniteRecords(await Promise.all(paths.map((path) => readPresent(model, path, context))));
  if (records.every(({ value }) => value === undefined))
    throw new SendError("SEND_NOTHING", "none of the paths has a value that the server may read");
  return records;
}

function sendRequest(
  records: readonly DataRecord[],
  { context, uriPath = [], uriQuery = [], contentFormat = ContentFormat.senmlCbor }: SendOptions,
): CoapRequest {
  const content = encodeComposite(records, contentFormat, context.version);
  return { method: Method.POST, path: [...uriPath, "dp"], query: uriQuery, options: [], ...content };
}
