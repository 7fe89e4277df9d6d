import { get, type IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import type { Cleanup } from "./cleanup.ts";
import { EventLog } from "./event-log.ts";
import type { LeshanEvent, LeshanEventData } from "./leshan-json.ts";

/** Server-sent events of Leshan's HTTP face. Opened before the device is started, it misses nothing. */
export class LeshanEvents {
  readonly log = new EventLog<LeshanEvent>();

  /** The data of the next event of that name (and for which `fits` holds) that nobody has waited for yet. */
  async waitFor<Name extends keyof LeshanEventData>(
    name: Name,
    fits: (data: LeshanEventData[Name]) => boolean = () => true,
    seconds = 30,
  ): Promise<LeshanEventData[Name]> {
    const is = (event: LeshanEvent): event is LeshanEvent & { data: LeshanEventData[Name] } =>
      event.name === name && fits(event.data as LeshanEventData[Name]);
    return (await this.log.waitFor(is, name, seconds)).data;
  }
}

/** Resolves when the server listens to what happens, so that what happens next is heard. */
export async function openEvents(cleanup: Cleanup, url: string): Promise<LeshanEvents> {
  const events = new LeshanEvents();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = get(url, { headers: { accept: "text/event-stream" } }, resolve).on("error", reject);
    cleanup.after(() => void request.destroy());
  });
  if (response.statusCode !== 200) throw new Error(`${url} answers ${response.statusCode}`);
  response.on("error", (error) => events.log.end(error));
  response.on("close", () => events.log.end(new Error("the event stream was closed")));
  await new Promise<void>((listening) => readEvents(response, events, listening));
  return events;
}

/** The server's first line is a comment: from then on nothing is missed. */
function readEvents(response: IncomingMessage, events: LeshanEvents, listening: () => void): void {
  let name = "";
  const lines = createInterface(response);
  lines.on("error", () => undefined); // the response's own error is heard already
  lines.on("line", (line) => {
    if (line.startsWith(":")) listening();
    if (line.startsWith("event: ")) name = line.slice(7);
    if (line.startsWith("data: ")) events.log.push({ name, data: JSON.parse(line.slice(6)) } as LeshanEvent);
  });
}
