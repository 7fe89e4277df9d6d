import { formatLinks, type Link, type LinkAttribute } from "../../formats/link-format.ts";
import { announcedFormats } from "../data-model/content-formats.ts";
import type { DataModel } from "../data-model/data-model.ts";
import type { LwM2mObject } from "../data-model/object.ts";
import { isHidden } from "../data-model/target.ts";
import { isImpliedVersion } from "../model/core-object-versions.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";

/**
 * The payload of Register and Update: the root with our formats, every instance, and the object itself where it has
 * no instance or a version to say (OMA LwM2M Core 1.2 §6.2.1, §7.2.3). Security is never in it.
 */
export function objectLinks(model: DataModel, version: LwM2mVersion): string {
  const objects = model.objects().filter(({ definition }) => !isHidden(definition.id));
  return formatLinks([rootLink(version), ...objects.flatMap((object) => linksOf(object, version))]);
}

function rootLink(version: LwM2mVersion): Link {
  const formats = { name: "ct", value: announcedFormats(version).join(" "), quoted: true };
  const type = { name: "rt", value: "oma.lwm2m", quoted: true };
  return { target: "/", attributes: version === "1.0" ? [type] : [type, formats] };
}

function linksOf(object: LwM2mObject, version: LwM2mVersion): Link[] {
  const { id } = object.definition;
  const stated = versionAttribute(object, version);
  const instances = object.instances().map((instance) => ({ target: `/${id}/${instance}`, attributes: [] }));
  const needsObject = stated.length > 0 || instances.length === 0;
  return needsObject ? [{ target: `/${id}`, attributes: stated }, ...instances] : instances;
}

function versionAttribute({ definition }: LwM2mObject, version: LwM2mVersion): LinkAttribute[] {
  if (isImpliedVersion(version, definition.id, definition.version)) return [];
  // Bare in every release: LwM2M 1.0 prints quotes, RFC 6690 lets both be, and Leshan 2 refuses quoted ones.
  return [{ name: "ver", value: definition.version }];
}
