import type { CardFigures, CardPhaseFigures } from "../../agent/cards/card-figures.ts";
import type { HandshakeFigures } from "../../dtls/connection.ts";
import { table } from "../../util/table.ts";

/** One start of the agent, from spawn to registered. */
export interface StartFigures {
  readonly toRegisteredMs: number;
  readonly card: CardFigures;
  readonly handshake: { readonly suite: string; readonly resumed: boolean } & HandshakeFigures;
  /** Of the Register exchange: UDP payload bytes, DTLS included. */
  readonly registration: { readonly bytesSent: number; readonly bytesReceived: number };
}

/** What the demo found; `--json` prints just this. */
export interface DemoReport {
  readonly registered: boolean;
  readonly starts: readonly StartFigures[];
}

/** The figures for people: a column for each start. */
export function reportTable({ starts }: DemoReport): string {
  const row = (name: string, value: (start: StartFigures) => string | number): string[] => [
    name,
    ...starts.map((start) => String(value(start))),
  ];
  const rounded = (ms: number): string => `${Math.round(ms)} ms`;
  const card = (name: string, phase: (start: StartFigures) => CardPhaseFigures): string[][] => [
    row(`card, ${name}: signatures`, (start) => phase(start).signatures),
    row(`card, ${name}: key generations`, (start) => phase(start).keyGenerations),
    row(`card, ${name}: file reads`, (start) => phase(start).fileReads),
    row(`card, ${name}: other operations`, (start) => phase(start).otherOperations),
    row(`card, ${name}: APDUs`, (start) => `${phase(start).apdus} in ${rounded(phase(start).milliseconds)}`),
  ];
  return table([
    ["", ...starts.map((_, i) => `start ${i + 1}`)],
    row("spawn to registered", (start) => rounded(start.toRegisteredMs)),
    ...card("start-up", (start) => start.card.startup),
    ...card("handshake", (start) => start.card.handshake),
    ...card("afterwards", (start) => start.card.after),
    row("handshake: kind", ({ handshake }) => (handshake.resumed ? "resumed" : "full")),
    row("handshake: time", (start) => rounded(start.handshake.milliseconds)),
    row("handshake: sent", ({ handshake }) => `${handshake.bytesSent} B in ${handshake.datagramsSent} datagrams`),
    row("handshake: received", ({ handshake: h }) => `${h.bytesReceived} B in ${h.datagramsReceived} datagrams`),
    row("Register: sent", ({ registration }) => `${registration.bytesSent} B`),
    row("Register: received", ({ registration }) => `${registration.bytesReceived} B`),
  ]);
}
