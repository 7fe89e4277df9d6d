import type { ObjectDefinition, ResourceDefinition } from "../../../lwm2m/model/object-definition.ts";

/** TypeScript source with one constant for each definition, for `defineObject`. */
export function objectTypes(definitions: readonly ObjectDefinition[], source: string): string {
  const names = uniqueNames(definitions, ({ name, id }) => identifier(name, `object${id}`));
  const constants = definitions.map((definition, i) => objectConstant(definition, names[i] ?? ""));
  const header = `// Made by "lwm2m-safe object types" from ${oneLine(source)}. Make it again rather than change it.`;
  return `${[header, ...constants].join("\n\n")}\n`;
}

function objectConstant(definition: ObjectDefinition, name: string): string {
  const { id, version, urn, multiple, mandatory } = definition;
  const resources = [...definition.resources.values()];
  const names = uniqueNames(resources, (resource) => identifier(resource.name, `resource${resource.id}`));
  return [
    ...comment(definition.description, ""),
    `export const ${name} = {`,
    ...lines({ id, name: definition.name, version, urn, multiple, mandatory }, "  "),
    "  resources: {",
    ...resources.flatMap((resource, i) => resourceLines(resource, names[i] ?? "")),
    "  },",
    "} as const;",
  ].join("\n");
}

function resourceLines({ description, ...resource }: ResourceDefinition, name: string): string[] {
  const units = resource.units === "" ? "" : ` [${resource.units}]`;
  return [...comment(`${description}${units}`, "    "), `    ${name}: {`, ...lines(resource, "      "), "    },"];
}

function lines(fields: object, indent: string): string[] {
  return Object.entries(fields).map(([key, value]) => `${indent}${key}: ${JSON.stringify(value)},`);
}

/** A description is someone else's text: it must not end the comment. */
function comment(text: string, indent: string): string[] {
  const safe = oneLine(text).replaceAll("*/", "* /");
  return safe === "" ? [] : [`${indent}/** ${safe} */`];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** "Min Measured Value" becomes minMeasuredValue; letters of other scripts are left out. */
function identifier(name: string, otherwise: string): string {
  const words = name
    .replace(/[^A-Za-z0-9]+/g, " ")
    .trim()
    .split(" ");
  const joined = words
    .map((word, i) => (i === 0 ? lowerFirst(word) : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
  return /^[A-Za-z]/.test(joined) && !reserved.has(joined) ? joined : otherwise;
}

/** "APNName" keeps its capitals apart: apnName. */
function lowerFirst(word: string): string {
  return word.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+/, (start) => start.toLowerCase());
}

/** Constants cannot be named like these. */
const reserved: ReadonlySet<string> = new Set(
  "await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield arguments eval undefined".split(
    " ",
  ),
);

/** What is there twice gets the id behind it. */
function uniqueNames<T extends { readonly id: number }>(items: readonly T[], nameOf: (item: T) => string): string[] {
  const names = items.map(nameOf);
  const isTwice = (name: string): boolean => names.filter((other) => other === name).length > 1;
  const firsts = names.map((name, i) => (isTwice(name) ? `${name}${items[i]?.id ?? i}` : name));
  return firsts.map((name, i) => (firsts.indexOf(name) < i ? `${name}_${i}` : name));
}
