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
      if (record.kind === "keyGeneration") say(`the card made a key pair: ${ms(record.milliseconds)}`);
      if (record.kind === "signature") say(`the card signed: ${record.apdus} APDUs, ${ms(record.milliseconds)}`);
    } else if (event === "credential" && record.source === "enrolled") {
      say("credential: the certificate in use, its key on the card");
    } else if (event === "credential") {
      say(read ? "certificate read from the card" : "certificate taken from the cache: no file read at the card");
    } else if (event === "handshake") {
      const done = record.resumed ? "session resumed, nothing to sign" : "handshake done";
      say(`${done}: ${record.suite} in ${ms(record.milliseconds)}`);
    } else if (event.startsWith("enrolment-")) {
      sayEnrolment(record, say);
    } else if (event === "bootstrapped") {
      say("bootstrap is done: an account in security mode 4, without a key");
    } else if (event === "registered") {
      say(`registered in ${ms(record.milliseconds)}`);
    } else if (event === "retrying") {
      say(`not registered yet: ${JSON.stringify(record.error)}`);
    }
  };
}

function sayEnrolment({ event, ...record }: EventRecord, say: (text: string) => void): void {
  const text = enrolmentText(event, record);
  if (text !== undefined) say(text);
}

function enrolmentText(event: string, record: Readonly<Record<string, unknown>>): string | undefined {
  switch (event) {
    case "enrolment-begun":
      return `enrolment begins: ${record.mode} in slot ${record.slot}`;
    case "enrolment-connected":
      return `EST session as ${record.identity}`;
    case "enrolment-ca-certificates-taken":
      return `crts: ${record.count} CA certificate to judge servers by`;
    case "enrolment-issued":
      return `certificate for ${record.subject} checked: serial number ${record.serialNumber}`;
    case "enrolment-proven":
      return `a handshake with the management server proves it: slot ${record.slot} is in use`;
    case "enrolment-failed":
      return `enrolment: ${record.step} failed: ${record.reason}`;
    default:
      return undefined;
  }
}

function ms(value: unknown): string {
  return `${Math.round(Number(value))} ms`;
}
