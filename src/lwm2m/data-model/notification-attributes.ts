import { Decimal } from "../../formats/decimal.ts";
import { badRequest } from "./operation-error.ts";

/** Attributes as attached to one path (OMA LwM2M Core 1.2 §5.1.2). */
export interface NotificationAttributes {
  /** Seconds. */
  readonly pmin?: number;
  /** Seconds. */
  readonly pmax?: number;
  readonly gt?: number;
  readonly lt?: number;
  readonly st?: number;
}

export type AttributeName = keyof NotificationAttributes;

/** In the order that Discover shows them. */
export const attributeNames: readonly AttributeName[] = ["pmin", "pmax", "gt", "lt", "st"];

/** gt, lt and st make sense for a number alone. */
export const numericAttributes: readonly AttributeName[] = ["gt", "lt", "st"];

/** What a Write-Attributes asks for; undefined removes the attribute. */
export type AttributeChanges = ReadonlyMap<AttributeName, number | undefined>;

/** Reads the query items of a Write-Attributes. Throws OperationError 4.00 for what is unknown or malformed. */
export function parseAttributeQuery(query: readonly string[]): AttributeChanges {
  const changes = new Map<AttributeName, number | undefined>();
  for (const item of query) {
    const [, label = "", text] = /^([^=]*)(?:=(.*))?$/s.exec(item) ?? [];
    const name = attributeNames.find((known) => known === label);
    if (!name) throw badRequest(`unknown attribute ${JSON.stringify(label)}`);
    if (changes.has(name)) throw badRequest(`attribute ${name} is there twice`);
    changes.set(name, text === undefined ? undefined : parseAttributeValue(name, text));
  }
  return changes;
}

/** The set after the changes. Throws OperationError 4.00 when lt + 2 st < gt does not hold. */
export function changeAttributes(before: NotificationAttributes, changes: AttributeChanges): NotificationAttributes {
  const after: Partial<Record<AttributeName, number>> = { ...before };
  for (const [name, value] of changes) {
    if (value === undefined) delete after[name];
    else after[name] = value;
  }
  const { gt, lt, st = 0 } = after;
  if (gt !== undefined && lt !== undefined && lt + 2 * st >= gt) throw badRequest("lt + 2 st has to be below gt");
  return after;
}

function parseAttributeValue(name: AttributeName, text: string): number {
  if (name === "pmin" || name === "pmax") {
    if (!/^\d{1,10}$/.test(text)) throw badRequest(`${name} has to be a number of seconds`);
    return Number(text);
  }
  const value = Number(/^-?\d{1,20}(?:\.\d{1,20})?$/.test(text) ? text : Number.NaN);
  if (Number.isNaN(value)) throw badRequest(`${name} has to be a number`);
  if (name === "st" && value <= 0) throw badRequest("st has to be above 0");
  return value;
}

/** "10", "0.000001": without exponent, as the attributes' grammar wants it. */
export function attributeText(value: number): string {
  const text = Decimal.of(value).text;
  return /e/i.test(text) ? value.toFixed(20).replace(/\.?0+$/, "") : text;
}
