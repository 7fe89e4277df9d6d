import { z } from "zod";
import { CodedError } from "../../util/coded-error.ts";
import type { EventRecord } from "./agent-process.ts";
import type { StartFigures } from "./demo-report.ts";
import type { TraceFigures } from "./trace-figures.ts";

const count = z.number().int().min(0);
const milliseconds = z.number().min(0);
const phase = z.object({
  signatures: count,
  keyGenerations: count,
  fileReads: count,
  otherOperations: count,
  apdus: count,
  milliseconds,
});
const figures = z.object({ card: z.object({ startup: phase, handshake: phase, after: phase }) });
const handshake = z.object({
  suite: z.string(),
  resumed: z.boolean(),
  bytesSent: count,
  bytesReceived: count,
  datagramsSent: count,
  datagramsReceived: count,
  milliseconds,
});
const registered = z.object({ traffic: z.object({ bytesSent: count, bytesReceived: count }) });

/** What the agent said of one start, put together. Throws CodedError "DEMO_FAILED" when an event is not as it should be. */
export function startFigures(
  toRegisteredMs: number,
  events: { readonly handshake: EventRecord; readonly registered: EventRecord; readonly figures: EventRecord },
): StartFigures {
  return {
    toRegisteredMs,
    card: read(figures, events.figures).card,
    handshake: read(handshake, events.handshake),
    registration: read(registered, events.registered).traffic,
  };
}

/** The agent counts what it asked of the card, the card what it was asked: both must come to the same. */
export function assertSameCount({ card }: StartFigures, trace: TraceFigures): void {
  const phases = [card.startup, card.handshake, card.after];
  for (const name of ["signatures", "keyGenerations", "fileReads", "apdus"] as const) {
    const agent = phases.reduce((sum, each) => sum + each[name], 0);
    if (agent === trace[name]) continue;
    throw new CodedError("DEMO_FAILED", `${name}: the agent counted ${agent}, the card's trace shows ${trace[name]}`);
  }
}

function read<T>(schema: z.ZodType<T>, record: EventRecord): T {
  const result = schema.safeParse(record);
  if (result.success) return result.data;
  throw new CodedError("DEMO_FAILED", `event "${record.event}" of the agent: ${z.prettifyError(result.error)}`);
}
