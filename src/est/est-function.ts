/** The functions of EST over CoAP, by the last segment of their paths (RFC 9148 §4.1). */
export const estFunctions = ["crts", "sen", "sren", "att", "skg", "skc"] as const;
export type EstFunction = (typeof estFunctions)[number];

/** What every server has. */
export const wellKnownRoot: readonly string[] = [".well-known", "est"];
/** What many servers have instead. */
export const shortRoot: readonly string[] = ["est"];
