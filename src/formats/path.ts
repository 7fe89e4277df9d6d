/** Object, instance, resource, resource instance: 0 to 4 ids. The root is the empty list. */
export type Path = readonly number[];

/** 65535 is reserved: "no instance". */
export const MAX_ID = 65535;

/**
 * Reads Uri-Path segments; undefined when they break the rules of OMA LwM2M Core 1.2 §7.2: decimal without leading
 * zeros, ids 0..65534, at most four.
 */
export function parsePathSegments(segments: readonly string[]): Path | undefined {
  if (segments.length > 4) return undefined;
  const ids = segments.map(parseId);
  return ids.every((id) => id !== undefined) ? ids : undefined;
}

/** Reads "/3/0/1"; "/" is the root. A slash at the end is an error, except for the root. */
export function parsePath(text: string): Path | undefined {
  if (text === "/") return [];
  if (!text.startsWith("/")) return undefined;
  return parsePathSegments(text.slice(1).split("/"));
}

/** "/3/0/1"; "/" for the root. */
export function formatPath(path: Path): string {
  return `/${path.join("/")}`;
}

/** True when `path` is `prefix` itself or lies below it. */
export function isWithin(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((id, i) => id === path[i]);
}

/** Orders paths as a tree is walked: a parent before its children, ids ascending. */
export function comparePaths(a: Path, b: Path): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function parseId(segment: string): number | undefined {
  if (!/^(0|[1-9]\d{0,4})$/.test(segment)) return undefined;
  const id = Number(segment);
  return id < MAX_ID ? id : undefined;
}
