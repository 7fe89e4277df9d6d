import { DecodeError } from "../util/coded-error.ts";
import { Decimal } from "./decimal.ts";
import type { SenmlRecord } from "./senml.ts";

/**
 * Puts one field into a record, its type checked; `vd` comes as bytes from either form. False for a label that neither
 * form knows. Throws DecodeError; `where` names form and record, for example "SenML JSON: record 2".
 */
export function setSenmlField(record: SenmlRecord, label: string | undefined, value: unknown, where: string): boolean {
  switch (label) {
    case "bn":
    case "n":
    case "vs":
    case "vlo":
      if (typeof value !== "string") wrong(label, where);
      record[label] = value;
      return true;
    case "bt":
    case "bv":
    case "bver":
    case "t":
      if (!(value instanceof Decimal)) wrong(label, where);
      record[label] = value;
      return true;
    case "v":
      if (value !== null && !(value instanceof Decimal)) wrong(label, where);
      record.v = value;
      return true;
    case "vb":
      if (typeof value !== "boolean") wrong(label, where);
      record.vb = value;
      return true;
    case "vd":
      if (!(value instanceof Uint8Array)) wrong(label, where);
      record.vd = value;
      return true;
    default:
      return false;
  }
}

/** RFC 8428 §4.4: an unknown label that ends in "_" must be understood, any other may be ignored. */
export function passOverLabel(label: unknown, where: string): void {
  if (typeof label !== "string" || !label.endsWith("_")) return;
  throw new DecodeError(`${where}: label ${JSON.stringify(label)} is not known and must be understood`, 0);
}

function wrong(label: string, where: string): never {
  throw new DecodeError(`${where}: wrong type for "${label}"`, 0);
}
