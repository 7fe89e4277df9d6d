import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { ValueType } from "../../formats/values.ts";
import { CodedError, describeError } from "../../util/coded-error.ts";
import type { ObjectDefinition, ResourceDefinition, ResourceOperations } from "./object-definition.ts";
import { parseValueRange } from "./value-range.ts";

/** An object definition file that cannot be used; the message names the file and what is wrong. */
export class ObjectXmlError extends CodedError {
  constructor(file: string, problem: string, options?: ErrorOptions) {
    super("BAD_OBJECT_XML", `object definition ${file}: ${problem}`, options);
  }
}

const MAX_LENGTH = 1_000_000;

/**
 * Reads the objects of one file in the OMA format (LWM2M.xsd). `file` is its name, for error messages. Throws
 * ObjectXmlError.
 */
export function parseObjectXml(text: string, file: string): ObjectDefinition[] {
  const root = new XmlElement(file, parseXml(text, file), "LWM2M");
  const objects = root.only("LWM2M").all("Object").map(readObject);
  return objects.length > 0 ? objects : root.fail("no <Object> in it");
}

function readObject(element: XmlElement): ObjectDefinition {
  const id = element.id("ObjectID");
  const version = element.text("ObjectVersion") || "1.0";
  if (!/^\d{1,3}\.\d{1,3}$/.test(version)) element.fail(`ObjectVersion "${version}" is not a version`);
  const resources = element.only("Resources").all("Item").map(readResource);
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  if (byId.size < resources.length) element.fail("a resource id is there twice");
  return {
    id,
    name: element.text("Name") || element.fail("<Name> is missing"),
    version,
    urn: element.text("ObjectURN"),
    multiple: element.oneOf("MultipleInstances", "Multiple", "Single"),
    mandatory: element.oneOf("Mandatory", "Mandatory", "Optional"),
    description: element.text("Description1"),
    resources: new Map([...byId].sort(([a], [b]) => a - b)),
  };
}

function readResource(element: XmlElement): ResourceDefinition {
  const operations = operationsByText.get(element.text("Operations")) ?? element.fail("unknown <Operations>");
  const type = element.text("Type");
  const valueType = typesByText.get(type);
  if (type !== "" && !valueType) element.fail(`unknown <Type> "${type}"`);
  if (operations !== "E" && !valueType) element.fail("<Type> is missing");
  const range = parseValueRange(element.text("RangeEnumeration"));
  return {
    id: element.id("ID"),
    name: element.text("Name"),
    operations,
    multiple: element.oneOf("MultipleInstances", "Multiple", "Single"),
    mandatory: element.oneOf("Mandatory", "Mandatory", "Optional"),
    ...(valueType && operations !== "E" && { type: valueType }),
    ...(range && { range }),
    units: element.text("Units"),
    description: element.text("Description"),
  };
}

const operationsByText: ReadonlyMap<string, ResourceOperations> = new Map([
  ["", "none"],
  ["R", "R"],
  ["W", "W"],
  ["RW", "RW"],
  ["E", "E"],
]);

const typesByText: ReadonlyMap<string, ValueType> = new Map([
  ["String", "string"],
  ["Integer", "integer"],
  ["Unsigned Integer", "unsigned"],
  ["Float", "float"],
  ["Boolean", "boolean"],
  ["Opaque", "opaque"],
  ["Time", "time"],
  ["Objlnk", "objlnk"],
  ["Corelnk", "corelnk"],
]);

function parseXml(text: string, file: string): unknown {
  if (text.length > MAX_LENGTH) throw new ObjectXmlError(file, `longer than ${MAX_LENGTH} characters`);
  // No document type: entities defined in one can grow without bound.
  if (/<!DOCTYPE/i.test(text)) throw new ObjectXmlError(file, "a document type is not allowed");
  const bare = text.replace(/^\uFEFF/, "");
  const problem = XMLValidator.validate(bare);
  if (problem !== true) throw new ObjectXmlError(file, `not XML: ${problem.err.msg} (line ${problem.err.line})`);
  try {
    return new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: "",
      parseTagValue: false,
      parseAttributeValue: false,
    }).parse(bare);
  } catch (cause) {
    throw new ObjectXmlError(file, `not XML: ${describeError(cause)}`, { cause });
  }
}

/** Looks into what the XML parser gives, which may be anything, without trusting its shape. */
class XmlElement {
  readonly #file: string;
  readonly #where: string;
  readonly #members: ReadonlyMap<string, unknown>;

  constructor(file: string, content: unknown, where: string) {
    this.#file = file;
    this.#where = where;
    this.#members = new Map(typeof content === "object" && content !== null ? Object.entries(content) : []);
  }

  all(name: string): XmlElement[] {
    const content = this.#members.get(name);
    const list: unknown[] = Array.isArray(content) ? content : content === undefined ? [] : [content];
    return list.map((item, i) => new XmlElement(this.#file, item, `${this.#where} ${name} ${i + 1}`));
  }

  only(name: string): XmlElement {
    const [element, ...more] = this.all(name);
    return element && more.length === 0 ? element : this.fail(`exactly one <${name}> expected`);
  }

  /** Text of a child or attribute; empty when there is none. */
  text(name: string): string {
    const content = this.#members.get(name);
    if (content === undefined) return "";
    return typeof content === "string" ? content.trim() : this.fail(`<${name}> has to hold text, once`);
  }

  id(name: string): number {
    const text = this.text(name);
    const id = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    return id <= 65534 ? id : this.fail(`${name} "${text}" is not an id`);
  }

  oneOf(name: string, yes: string, no: string): boolean {
    const text = this.text(name);
    return text === yes || (text === no ? false : this.fail(`<${name}> is "${text}", not ${yes} or ${no}`));
  }

  fail(problem: string): never {
    throw new ObjectXmlError(this.#file, `${this.#where}: ${problem}`);
  }
}
