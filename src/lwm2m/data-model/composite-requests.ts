import type { CoapRequest, CoapResponse } from "../../coap/exchange.ts";
import { Code } from "../../coap/message.ts";
import { ContentFormat } from "../../formats/content-format.ts";
import { formatPath, type Path } from "../../formats/path.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import { decodeComposite, encodeComposite } from "./content.ts";
import type { DataModel } from "./data-model.ts";
import { badRequest, methodNotAllowed } from "./operation-error.ts";
import { readComposite } from "./read-composite.ts";
import type { ServerContext } from "./server-context.ts";
import { prepareWriteComposite, typesOfModel } from "./write-composite.ts";

/** Read-Composite: FETCH on the root. Throws OperationError. */
export async function answerReadComposite(
  request: CoapRequest,
  model: DataModel,
  context: ServerContext,
): Promise<CoapResponse> {
  const paths = compositePaths(request, context.version);
  const records = await readComposite(model, paths, context);
  return { code: Code.Content, ...encodeComposite(records, compositeAnswerFormat(request), context.version) };
}

/** Write-Composite: iPATCH on the root. Throws OperationError. */
export async function answerWriteComposite(
  request: CoapRequest,
  model: DataModel,
  context: ServerContext,
): Promise<CoapResponse> {
  requireComposite(request, context.version);
  const records = decodeComposite(request, typesOfModel(model));
  const commit = await prepareWriteComposite(model, records, context);
  await commit();
  return { code: Code.Changed };
}

/** The paths that a FETCH names, each once. Throws OperationError 4.00, 4.05, 4.15. */
export function compositePaths(request: CoapRequest, version: LwM2mVersion): Path[] {
  requireComposite(request, version);
  const records = decodeComposite(request, () => undefined);
  if (records.length === 0) throw badRequest("no path to read");
  if (records.some(({ value, removed }) => value || removed)) throw badRequest("names without values expected");
  return [...new Map(records.map(({ path }) => [formatPath(path), path])).values()];
}

/** What was asked for, or what the paths came in. */
export function compositeAnswerFormat({ accept, contentFormat }: CoapRequest): number {
  const { senmlJson, senmlCbor, senmlEtchJson } = ContentFormat;
  return accept ?? (contentFormat === senmlJson || contentFormat === senmlEtchJson ? senmlJson : senmlCbor);
}

function requireComposite({ path }: CoapRequest, version: LwM2mVersion): void {
  if (path.length > 0) throw methodNotAllowed("composite operations are on the root");
  if (version === "1.0") throw methodNotAllowed("composite operations came with 1.1");
}
