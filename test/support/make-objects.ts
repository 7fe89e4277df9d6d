// Makes objects/*.xml from the OMA registry's files: `node --import tsx test/support/make-objects.ts FOLDER ID...`. Facts are
// theirs, and their digests go to test/vectors; descriptions are those that objects/ has already, or of resource-descriptions.ts.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { XMLParser } from "fast-xml-parser";
import { factsDigest, factsFile } from "./object-facts.ts";
import { resourceDescriptions } from "./resource-descriptions.ts";

const objects = fileURLToPath(new URL("../../objects", import.meta.url));
const [folder = "", ...ids] = process.argv.slice(2);

interface Item {
  readonly ID: string;
  readonly [element: string]: string;
}

interface ObjectElement {
  readonly Name: string;
  readonly ObjectID: string;
  readonly Resources: { readonly Item: readonly Item[] };
  readonly [element: string]: unknown;
}

const facts = ["ObjectURN", "LWM2MVersion", "ObjectVersion", "MultipleInstances", "Mandatory"];
const itemFacts = ["Name", "Operations", "MultipleInstances", "Mandatory", "Type", "RangeEnumeration", "Units"];

for (const file of readdirSync(folder).filter(
  (name) => name.endsWith(".xml") && ids.includes(name.split("-")[0] ?? ""),
)) {
  const theirs = parse(`${folder}/${file}`);
  if (theirs) writeFileSync(`${objects}/${file}`, written(theirs, ours(file)));
}
const digests = readdirSync(folder)
  .filter((name) => name.endsWith(".xml"))
  .map((name) => [name, factsDigest(readFileSync(`${folder}/${name}`, "utf8"), name)]);
writeFileSync(factsFile, `${JSON.stringify(Object.fromEntries(digests), undefined, 2)}\n`);

function parse(path: string): ObjectElement | undefined {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseTagValue: false,
    isArray: (name) => name === "Item",
  });
  return parser.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, "")).LWM2M.Object;
}

/** What we said of an object and its resources before. */
function ours(file: string): { object: string; resources: Map<string, string> } {
  const found = readdirSync(objects).includes(file) ? parse(`${objects}/${file}`) : undefined;
  const resources = new Map(found?.Resources.Item.map(({ ID, Description = "" }) => [ID, Description] as const));
  return { object: String(found?.Description1 ?? ""), resources };
}

function written(theirs: ObjectElement, own: ReturnType<typeof ours>): string {
  const name = oneSpace(theirs.Name);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Ids, names, versions, operations, types, ranges and units are those of the OMA registry; descriptions are ours. -->
<LWM2M xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.openmobilealliance.org/tech/profiles/${schemaOf(theirs)}">
<Object ObjectType="MODefinition">
${element("Name", name)}
${element("Description1", own.object || `${name}.`)}
${element("ObjectID", theirs.ObjectID)}
${facts.map((fact) => element(fact, String(theirs[fact] ?? ""))).join("\n")}
<Resources>
${theirs.Resources.Item.map((item) => itemLine(item, own.resources)).join("\n")}
</Resources>
<Description2></Description2>
</Object>
</LWM2M>
`;
}

/** Leshan refuses a file whose schema is not that of its LWM2MVersion. */
function schemaOf({ LWM2MVersion }: ObjectElement): string {
  return LWM2MVersion === "1.1" || LWM2MVersion === "1.2" ? "LWM2M-v1_1.xsd" : "LWM2M.xsd";
}

function itemLine(item: Item, own: ReadonlyMap<string, string>): string {
  const description = own.get(item.ID) ?? resourceDescriptions.get(Number(item.ID));
  if (!description) throw new Error(`resource ${item.ID} (${item.Name}) has no description of ours`);
  const elements = itemFacts.map((fact) => element(fact, oneSpace(item[fact] ?? "")));
  return `<Item ID="${item.ID}">${elements.join("")}${element("Description", description)}</Item>`;
}

function element(name: string, text: string): string {
  const escaped = text.trim().replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<${name}>${escaped}</${name}>`;
}

function oneSpace(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
