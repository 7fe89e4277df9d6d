import { Code } from "../../coap/message.ts";
import { ContentFormat } from "../../formats/content-format.ts";
import { formatPath, type Path } from "../../formats/path.ts";
import { isExecutable } from "../model/object-definition.ts";
import type { Content } from "./content.ts";
import type { DataModel } from "./data-model.ts";
import { parseExecuteArguments } from "./execute-arguments.ts";
import { methodNotAllowed, OperationError, unauthorized } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findResource } from "./target.ts";

/** Throws OperationError 4.00, 4.01, 4.04, 4.05, 4.15 (OMA LwM2M Core 1.2 §6.3.5). */
export async function execute(
  model: DataModel,
  path: Path,
  content: Partial<Content>,
  context: ServerContext,
): Promise<void> {
  const { object, instance, resource } = findResource(model, path);
  if (path.length !== 3 || !isExecutable(resource) || !object.execute) {
    throw methodNotAllowed(`${formatPath(path)} is not executable`);
  }
  if (!context.access.allows(context.shortServerId, "execute", object.definition.id, instance)) {
    throw unauthorized(`no right to execute ${formatPath(path)}`);
  }
  if (content.contentFormat !== undefined && content.contentFormat !== ContentFormat.text) {
    throw new OperationError(Code.UnsupportedContentFormat, "execute arguments are text");
  }
  await object.execute(instance, resource.id, parseExecuteArguments(content.payload ?? new Uint8Array()));
}
