import type { TypeLookup } from "../../formats/data-record.ts";
import type { Logger } from "../../util/log.ts";
import { type Content, decodeContent } from "../data-model/content.ts";
import type { ConfigurableObjects } from "./configurable-object.ts";
import type { ConfigurationDraft } from "./configuration-draft.ts";
import { installObjects } from "./install-objects.ts";

/** Puts a Bootstrap-Pack into a draft. Throws OperationError when it cannot be read or does not fit. */
export async function applyPack(draft: ConfigurationDraft, pack: Partial<Content>, logger: Logger): Promise<void> {
  await installObjects(draft, decodeContent(pack, [], typesOf(draft.objects), "1.2"), logger);
}

function typesOf(objects: ConfigurableObjects): TypeLookup {
  return ([objectId = -1, , resourceId = -1]) => objects.get(objectId)?.definition.resources.get(resourceId)?.type;
}
