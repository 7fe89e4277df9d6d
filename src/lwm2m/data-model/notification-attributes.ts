import { Decimal } from "../../formats/decimal.ts";
import { badRequest } from "./operation-error.ts";

/** Attributes as attached to one path (OMA LwM2M Core 1.2 §5.1.2). */
export interface NotificationAttributes {
  /** Seconds at least between notifications. */
  readonly pmin?: number;
  /** Seconds at most between notifications. */
  readonly pmax?: number;
  /** Notify when the value rises above. */
  readonly gt?: number;
  /** Notify when the value falls below. */
  readonly lt?: number;
  /** Notify when the value is this far from the one that was notified. */
  readonly st?: number;
  /** Seconds at least between looks at the value. */
  readonly epmin?: number;
  /** Seconds at most between looks at the value. */
  readonly epmax?: number;
  /** Of a boolean: 1 notify when it becomes true, 0 when it becomes false. */
  readonly edge?: number;
  /** 1: confirmable notifications, 0: not. */
  readonly con?: number;
  /** How many values are kept while the server cannot be reached. */
  readonly hqmax?: number;
}

export type AttributeName = keyof NotificationAttributes;

/** How a value is written: whole seconds or a count, any number, or a yes or no. */
type Kind = "whole" | "number" | "flag";

/** In the order that Discover shows them. */
const kinds: Readonly<Record<AttributeName, Kind>> = {
  pmin: "whole",
  pmax: "whole",
  gt: "number",
  lt: "number",
  st: "number",
  epmin: "whole",
  epmax: "whole",
  edge: "flag",
  con: "flag",
  hqmax: "whole",
};

const isAttributeName = (name: string): name is AttributeName => Object.hasOwn(kinds, name);

export const attributeNames: readonly AttributeName[] = Object.keys(kinds).filter(isAttributeName);

/** What a Write-Attributes asks for; undefined removes the attribute. */
export type AttributeChanges = ReadonlyMap<AttributeName, number | undefined>;

/** Reads the query items of a Write-Attributes. Throws OperationError 4.00 for what is unknown or malformed. */
export function parseAttributeQuery(query: readonly string[]): AttributeChanges {
  const changes = new Map<AttributeName, number | undefined>();
  for (const item of query) {
    const [, name = "", text] = /^([^=]*)(?:=(.*))?$/s.exec(item) ?? [];
    if (!isAttributeName(name)) throw badRequest(`unknown attribute ${JSON.stringify(name)}`);
    if (changes.has(name)) throw badRequest(`attribute ${name} is there twice`);
    changes.set(name, text === undefined ? undefined : parseAttributeValue(name, text));
  }
  return changes;
}

/** The set after the changes. Throws OperationError 4.00 when it contradicts itself. */
export function changeAttributes(before: NotificationAttributes, changes: AttributeChanges): NotificationAttributes {
  const after: Partial<Record<AttributeName, number>> = { ...before };
  for (const [name, value] of changes) {
    if (value === undefined) delete after[name];
    else after[name] = value;
  }
  refuseContradictions(after);
  return after;
}

function refuseContradictions({ gt, lt, st = 0, epmin, epmax }: NotificationAttributes): void {
  if (gt !== undefined && lt !== undefined && lt + 2 * st >= gt) throw badRequest("lt + 2 st has to be below gt");
  if (epmin !== undefined && epmax !== undefined && epmin >= epmax) throw badRequest("epmin has to be below epmax");
}

function parseAttributeValue(name: AttributeName, text: string): number {
  switch (kinds[name]) {
    case "whole":
      return /^\d{1,10}$/.test(text) ? Number(text) : malformed(name, "a whole number, 0 or more");
    case "flag":
      return text === "0" || text === "1" ? Number(text) : malformed(name, "0 or 1");
    case "number":
      return parseNumber(name, text);
  }
}

function parseNumber(name: AttributeName, text: string): number {
  const value = Number(/^-?\d{1,20}(?:\.\d{1,20})?$/.test(text) ? text : malformed(name, "a number"));
  return name === "st" && value <= 0 ? malformed(name, "above 0") : value;
}

function malformed(name: AttributeName, expected: string): never {
  throw badRequest(`${name} has to be ${expected}`);
}

/** "10", "0.000001": without exponent, as the attributes' grammar wants it. */
export function attributeText(value: number): string {
  const text = Decimal.of(value).text;
  return /e/i.test(text) ? value.toFixed(20).replace(/\.?0+$/, "") : text;
}
