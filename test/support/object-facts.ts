import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseObjectXml } from "../../src/lwm2m/model/object-xml.ts";

/** Digests of the facts in the OMA registry's own files, by file name. */
export const factsFile = fileURLToPath(new URL("../vectors/object-facts.json", import.meta.url));

/** Everything in a definition but its descriptions. */
export function objectFacts(text: string, name: string): unknown {
  return parseObjectXml(text, name).map(({ description: _, name: label, ...object }) => ({
    ...object,
    name: oneSpace(label),
    resources: [...object.resources.values()].map(({ description: _, name: label, ...resource }) => ({
      ...resource,
      name: oneSpace(label),
    })),
  }));
}

export function factsDigest(text: string, name: string): string {
  return createHash("sha256")
    .update(JSON.stringify(objectFacts(text, name)))
    .digest("hex");
}

export function oneSpace(text: string): string {
  return text.replace(/\s+/g, " ");
}
