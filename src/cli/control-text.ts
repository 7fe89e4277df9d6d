import { table } from "../util/table.ts";

/** An answer of the control socket for people. Answers come from another version perhaps: nothing of their shape is sure. */
export function controlText(command: string, result: unknown): string {
  if (result === null || result === undefined) return "done";
  if (command === "status") return statusText(field(result));
  if (Array.isArray(result)) return listText(result);
  return typeof result === "object" ? entriesText(result) : String(result);
}

type Field = (name: string) => unknown;

function field(of: unknown): Field {
  const members = new Map(typeof of === "object" && of !== null ? Object.entries(of) : []);
  return (name) => members.get(name);
}

function statusText(agent: Field): string {
  const bootstrap = field(agent("bootstrap"));
  const now = Number(agent("now"));
  const servers = list(agent("servers")).map((one) => serverRow(field(one), now));
  return [
    `endpoint   ${text(agent("endpoint"))}${agent("online") === false ? "  (offline)" : ""}`,
    `bootstrap  ${text(bootstrap("state"))}: ${text(bootstrap("reason"))}`,
    "",
    servers.length === 0 ? "no server" : table([["server", "state", "for", "next", "uri", "reason"], ...servers]),
  ].join("\n");
}

function serverRow(server: Field, now: number): string[] {
  const next = server("nextUpdateAt") ?? server("nextAttemptAt");
  const state = server("enabled") === false ? `${text(server("state"))} (disabled)` : text(server("state"));
  return [
    text(server("shortServerId")),
    state,
    seconds(now - Number(server("since"))),
    next === undefined ? "" : `in ${seconds(Number(next) - now)}`,
    text(server("uri")),
    text(server("reason")),
  ];
}

/** Values as `path value`, anything else as a table of its fields. */
function listText(rows: readonly unknown[]): string {
  if (rows.length === 0) return "none";
  const names = [...new Set(rows.flatMap((row) => (typeof row === "object" && row !== null ? Object.keys(row) : [])))];
  return table([names, ...rows.map((row) => names.map((name) => text(field(row)(name))))]);
}

function entriesText(result: object): string {
  return Object.entries(result)
    .map(([name, value]) => `${name.padEnd(12)}${text(value)}`)
    .join("\n");
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${Math.round(ms / 1000)} s` : "";
}

function text(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
