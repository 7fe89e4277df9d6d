import type { CoapRequest, CoapResponse } from "../../coap/exchange.ts";
import { Code, Method } from "../../coap/message.ts";
import { ContentFormat } from "../../formats/content-format.ts";
import { encodeLinks } from "../../formats/link-format.ts";
import type { Path } from "../../formats/path.ts";
import { encodeContent } from "../data-model/content.ts";
import { methodNotAllowed, OperationError } from "../data-model/operation-error.ts";
import { requestPath } from "../data-model/request-router.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import { bootstrapDelete } from "./bootstrap-delete.ts";
import { bootstrapDiscover } from "./bootstrap-discover.ts";
import { bootstrapRead } from "./bootstrap-read.ts";
import { bootstrapWrite } from "./bootstrap-write.ts";
import type { ConfigurationDraft } from "./configuration-draft.ts";

/** POST /bs from the server: Bootstrap-Finish. */
export function isFinish(request: CoapRequest): boolean {
  return request.method === Method.POST && request.path.length === 1 && request.path[0] === "bs";
}

/** Carries out a bootstrap server's command on the draft: all but Finish. Throws OperationError (Transport 1.2 §6.4.3). */
export async function carryOutCommand(
  request: CoapRequest,
  draft: ConfigurationDraft,
  version: LwM2mVersion,
): Promise<CoapResponse> {
  refuseUnknownOptions(request);
  const path = requestPath(request);
  switch (request.method) {
    case Method.GET:
      return request.accept === ContentFormat.linkFormat
        ? discover(draft, path, version)
        : read(request, draft, path, version);
    case Method.PUT:
      await bootstrapWrite(draft, path, request);
      return { code: Code.Changed };
    case Method.DELETE:
      await bootstrapDelete(draft, path);
      return { code: Code.Deleted };
    default:
      throw methodNotAllowed(`method ${request.method} is no bootstrap command`);
  }
}

async function discover(draft: ConfigurationDraft, path: Path, version: LwM2mVersion): Promise<CoapResponse> {
  const links = await bootstrapDiscover(draft, path, version);
  return { code: Code.Content, contentFormat: ContentFormat.linkFormat, payload: encodeLinks(links) };
}

async function read(
  request: CoapRequest,
  draft: ConfigurationDraft,
  path: Path,
  version: LwM2mVersion,
): Promise<CoapResponse> {
  if (version === "1.0") throw methodNotAllowed("Bootstrap-Read is of LwM2M 1.1");
  const records = await bootstrapRead(draft, path);
  return { code: Code.Content, ...encodeContent(path, records, request.accept, version) };
}

/** Uri-Host and Uri-Port say what we know; every other critical option that came this far is not understood. */
function refuseUnknownOptions({ options }: CoapRequest): void {
  const unknown = options.find(({ number }) => number % 2 === 1 && number !== 3 && number !== 7);
  if (unknown) throw new OperationError(Code.BadOption, `critical option ${unknown.number} is not understood`);
}
