import { z } from "zod";
import { parseServerUri } from "../../association/server-uri.ts";
import { parseCardChannel } from "../../credentials/adapters/iotsafe/iotsafe-uri.ts";

/** Keys with values; unknown keys keep zod's own issue, which is worded with the key by whoever shows it. */
export function section<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? undefined : "keys with values"),
  });
}

export function text(what: string) {
  return z.string({ error: what }).min(1, { error: what });
}

export function whole(what: string, min: number, max: number) {
  return z.number({ error: what }).int({ error: what }).min(min, { error: what }).max(max, { error: what });
}

export function flag(what: string) {
  return z.boolean({ error: what });
}

export function seconds() {
  return whole("whole seconds from 0 on", 0, 2 ** 31 - 1);
}

export function logLevel() {
  const levels = ["debug", "info", "warn", "error", "silent"] as const;
  return z.enum(levels, { error: `one of ${levels.join(", ")}` });
}

export function serverUri() {
  const what = "a URI like coaps://HOST:PORT";
  return z.string({ error: what }).superRefine((uri, context) => {
    try {
      parseServerUri(uri);
    } catch (error) {
      context.addIssue({ code: "custom", message: `${what} (${error instanceof Error ? error.message : error})` });
    }
  });
}

/** How a card is reached. */
export function cardChannel() {
  const what = "pcsc, pcsc:READER, socket:PATH or tcp:HOST:PORT";
  return z.string({ error: what }).refine(isCardChannel, { error: what });
}

function isCardChannel(text: string): boolean {
  try {
    parseCardChannel(text);
    return true;
  } catch {
    return false;
  }
}
