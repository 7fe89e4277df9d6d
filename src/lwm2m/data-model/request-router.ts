import type { CoapRequest, CoapResponse } from "../../coap/exchange.ts";
import { Code, Method } from "../../coap/message.ts";
import { ContentFormat } from "../../formats/content-format.ts";
import { encodeLinks } from "../../formats/link-format.ts";
import { type Path, parsePathSegments } from "../../formats/path.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import { answerReadComposite, answerWriteComposite } from "./composite-requests.ts";
import { encodeContent } from "./content.ts";
import { isRecordFormat } from "./content-formats.ts";
import { create } from "./create.ts";
import type { DataModel } from "./data-model.ts";
import { carryOutDelete } from "./delete.ts";
import { discover, discoverDepth } from "./discover.ts";
import { execute } from "./execute.ts";
import { methodNotAllowed, notFound, OperationError } from "./operation-error.ts";
import { read } from "./read.ts";
import type { ServerContext } from "./server-context.ts";
import { prepareWrite, type WriteMode } from "./write.ts";
import { writeAttributes } from "./write-attributes.ts";

/** Carries out a server's request and answers it; never throws. Observe is not looked at here. */
export async function routeRequest(
  request: CoapRequest,
  model: DataModel,
  context: ServerContext,
  logger: Logger,
): Promise<CoapResponse> {
  try {
    return await carryOut(request, model, context);
  } catch (error) {
    return errorResponse(error, request, logger);
  }
}

/** The path of a request. Throws OperationError: 4.05 for ids that break the rules, 4.04 for names that are no ids. */
export function requestPath(request: CoapRequest): Path {
  const path = parsePathSegments(request.path);
  if (path) return path;
  if (request.path.every((segment) => /^\d+$/.test(segment))) throw methodNotAllowed("the path breaks the rules");
  throw notFound(`nothing at /${request.path.join("/")}`);
}

/** Answers an error with its code; one that is not an OperationError is ours: 5.00, and said in the log. */
export function errorResponse(error: unknown, request: CoapRequest, logger: Logger): CoapResponse {
  const path = `/${request.path.join("/")}`;
  if (error instanceof OperationError) {
    logger.debug("request refused", { path, code: error.code, reason: describeError(error) });
    return { code: error.responseCode };
  }
  logger.error("request failed", { path, reason: describeError(error) });
  return { code: Code.InternalServerError };
}

async function carryOut(request: CoapRequest, model: DataModel, context: ServerContext): Promise<CoapResponse> {
  refuseUnknownOptions(request);
  const path = requestPath(request);
  if (request.method === Method.FETCH) return answerReadComposite(request, model, context);
  if (request.method === Method.iPATCH) return model.exclusive(() => answerWriteComposite(request, model, context));
  if (path.length === 0) throw methodNotAllowed("the root has composite operations alone");
  switch (request.method) {
    case Method.GET:
      return request.accept === ContentFormat.linkFormat
        ? answerDiscover(request, path, model, context)
        : answerRead(request, path, model, context);
    case Method.PUT:
      return isWriteAttributes(request)
        ? answerWriteAttributes(request, path, model, context)
        : answerWrite(request, path, model, context, "replace");
    case Method.POST:
      return answerPost(request, path, model, context);
    case Method.DELETE:
      await model.exclusive(() => carryOutDelete(model, path, context));
      return { code: Code.Deleted };
    default:
      throw methodNotAllowed(`no operation with method ${request.method}`);
  }
}

async function answerPost(request: CoapRequest, path: Path, model: DataModel, context: ServerContext) {
  if (path.length === 1) return answerCreate(request, path, model, context);
  if (path.length === 2 || isRecordFormat(request.contentFormat, context.version)) {
    return answerWrite(request, path, model, context, "update");
  }
  await execute(model, path, request, context);
  return { code: Code.Changed };
}

async function answerRead(request: CoapRequest, path: Path, model: DataModel, context: ServerContext) {
  const records = await read(model, path, context);
  return { code: Code.Content, ...encodeContent(path, records, request.accept, context.version) };
}

async function answerDiscover(request: CoapRequest, path: Path, model: DataModel, context: ServerContext) {
  const links = await discover(model, path, context, discoverDepth(request.query, context));
  return { code: Code.Content, contentFormat: ContentFormat.linkFormat, payload: encodeLinks(links) };
}

async function answerWrite(
  request: CoapRequest,
  path: Path,
  model: DataModel,
  context: ServerContext,
  mode: WriteMode,
): Promise<CoapResponse> {
  await model.exclusive(async () => {
    const commit = await prepareWrite(model, path, request, mode, context);
    await commit();
  });
  return { code: Code.Changed };
}

async function answerWriteAttributes(request: CoapRequest, path: Path, model: DataModel, context: ServerContext) {
  await writeAttributes(model, path, request.query, context);
  return { code: Code.Changed };
}

async function answerCreate(request: CoapRequest, path: Path, model: DataModel, context: ServerContext) {
  const { paths, chosen } = await model.exclusive(() => create(model, path, request, context));
  return { code: Code.Created, ...(chosen && { locationPath: (paths[0] ?? []).map(String) }) };
}

function isWriteAttributes(request: CoapRequest): boolean {
  return request.contentFormat === undefined && request.payload.length === 0;
}

/** Uri-Host and Uri-Port say what we know; every other critical (odd) option that came this far is not understood. */
function refuseUnknownOptions({ options }: CoapRequest): void {
  const unknown = options.find(({ number }) => number % 2 === 1 && number !== 3 && number !== 7);
  if (unknown) throw new OperationError(Code.BadOption, `critical option ${unknown.number} is not understood`);
}
