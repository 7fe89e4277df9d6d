import { isMap, isSeq } from "yaml";
import type { z } from "zod";
import type { KeyPath, SourceDocument } from "./source-document.ts";

/** `FILE:LINE: KEY: expected …, got …`: one line for each key that an issue is about. */
export function describeIssue(issue: z.core.$ZodIssue, source: SourceDocument): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => line(source, [...issue.path, key], "no such key; look for a misspelling"));
  }
  return [line(source, issue.path, `expected ${issue.message}, got ${came(source, issue.path)}`)];
}

function line(source: SourceDocument, keys: KeyPath, problem: string): string {
  const name = keys.map(String).join(".") || "the whole file";
  return `${source.path}:${source.lineOf(keys)}: ${name}: ${problem}`;
}

/** Credential URIs may carry a PIN: they are never repeated. */
function came(source: SourceDocument, keys: KeyPath): string {
  const value = keys.length === 0 ? source.value : source.valueAt(keys);
  if (value === undefined) return "nothing";
  if (keys.includes("credential")) return "something else";
  if (isMap(value)) return `keys ${value.items.map((pair) => String(pair.key)).join(", ")}`;
  if (isSeq(value)) return "a list";
  return JSON.stringify(value).slice(0, 80);
}
