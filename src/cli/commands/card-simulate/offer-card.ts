import { nodeTimers } from "../../../platform/timers.ts";
import { CardSocketServer } from "../../../sandbox/card/card-socket-server.ts";
import type { SimulatedCard } from "../../../sandbox/card/simulated-card.ts";
import { VpcdDialler } from "../../../sandbox/card/vpcd-dialler.ts";
import { CodedError } from "../../../util/coded-error.ts";
import type { LogFields, Logger } from "../../../util/log.ts";
import type { Output } from "../../output.ts";

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`, an IPv6 address in brackets. Throws CodedError "BAD_ADDRESS". */
export function parseHostPort(text: string): HostPort {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port >= 1 && port <= 65535) return { host, port };
  throw new CodedError("BAD_ADDRESS", `--vpcd: HOST:PORT expected, for example 127.0.0.1:35963, got "${text}"`);
}

/** Offers the card until SIGINT or SIGTERM. */
export async function offerCard(
  card: SimulatedCard,
  at: { readonly socket: string | undefined; readonly vpcd: HostPort | undefined },
  output: Output,
): Promise<void> {
  const stopped = stopSignal();
  if (at.socket !== undefined) {
    const server = await CardSocketServer.listen(card, at.socket);
    output.step(`virtual SIM at iotsafe:?channel=socket:${at.socket}`);
    await stopped;
    await server.close();
  } else if (at.vpcd !== undefined) {
    const dialler = new VpcdDialler({ ...at.vpcd, card, timers: nodeTimers, logger: stepLogger(output) });
    await stopped;
    dialler.close();
  }
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

function stepLogger(output: Output): Logger {
  const step = (message: string, fields: LogFields = {}) => {
    const rest = Object.entries(fields).map(([name, value]) => `  ${name}=${String(value)}`);
    output.step(`${message}${rest.join("")}`);
  };
  return { debug() {}, info: step, warn: step, error: step };
}
