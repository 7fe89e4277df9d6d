import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ObjectDefinition } from "../../src/lwm2m/model/object-definition.ts";
import { ObjectRegistry } from "../../src/lwm2m/model/object-registry.ts";
import { parseObjectXml } from "../../src/lwm2m/model/object-xml.ts";

/** The object definitions of /objects: file name and content. */
export function objectFiles(folder = fileURLToPath(new URL("../../objects", import.meta.url))): [string, string][] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".xml"))
    .map((name) => [name, readFileSync(`${folder}/${name}`, "utf8")]);
}

export const registry = new ObjectRegistry(
  objectFiles().flatMap(([name, text]): ObjectDefinition[] => parseObjectXml(text, name)),
);
