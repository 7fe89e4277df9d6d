import type { EventRecord } from "./agent-process.ts";

/** Says in words what the agent's events mean, for one start. */
export function narrator(say: (text: string) => void): (record: EventRecord) => void {
  let selected = false;
  let read = false;
  return (record) => {
    const { event } = record;
    if (event === "card-operation") {
      if (!selected) say("card selected: the IoT SAFE applet answers");
      selected = true;
      read ||= record.kind === "fileRead";
      if (record.kind === "signature") say(`the card signed: ${record.apdus} APDUs, ${ms(record.milliseconds)}`);
    } else if (event === "credential") {
      say(read ? "certificate read from the card" : "certificate taken from the cache: no file read at the card");
    } else if (event === "handshake") {
      const done = record.resumed ? "session resumed, nothing to sign" : "handshake done";
      say(`${done}: ${record.suite} in ${ms(record.milliseconds)}`);
    } else if (event === "registered") {
      say(`registered in ${ms(record.milliseconds)}`);
    } else if (event === "retrying") {
      say(`not registered yet: ${JSON.stringify(record.error)}`);
    }
  };
}

function ms(value: unknown): string {
  return `${Math.round(Number(value))} ms`;
}
