import type { Argv } from "yargs";
import { controlSocket } from "../agent/control/serve-control.ts";
import { LineClient } from "../platform/line-socket/line-client.ts";
import { CodedError } from "../util/coded-error.ts";
import { loadConfig } from "./config/load-config.ts";

export interface SocketOptions {
  socket: string | undefined;
  config: string | undefined;
}

/** Where an agent without a configured socket listens when its state folder is the usual one. */
export const usualSocket = "/var/lib/lwm2m-safe/control.sock";

/** The two options that name the agent. */
export function socketOptions<T>(yargs: Argv<T>): Argv<T & SocketOptions> {
  return yargs
    .option("socket", { type: "string", requiresArg: true, describe: `The agent's control socket [${usualSocket}]` })
    .option("config", {
      type: "string",
      requiresArg: true,
      describe: "The agent's configuration, which names the socket",
    });
}

/** Throws ConfigError. */
export function socketPath({ socket, config }: SocketOptions): string {
  if (socket !== undefined) return socket;
  return config === undefined ? usualSocket : controlSocket(loadConfig(config));
}

/** A running agent that is asked line by line. */
export class ControlClient {
  readonly #client: LineClient;

  constructor(client: LineClient) {
    this.#client = client;
  }

  /** Rejects with CodedError "AGENT_UNREACHABLE". */
  static async connect(path: string): Promise<ControlClient> {
    return new ControlClient(await LineClient.connect(path));
  }

  /** The answer's result. Rejects with CodedError of the agent's code, and "AGENT_GONE". */
  async ask(line: string): Promise<unknown> {
    this.#client.send(line.replace(/[\r\n]+/g, " "));
    const answer = await this.next();
    if (answer === undefined) throw new CodedError("AGENT_GONE", "the agent closed the connection");
    return resultOf(answer);
  }

  /** The next line as JSON; undefined when there are no more. */
  async next(): Promise<ReadonlyMap<string, unknown> | undefined> {
    const { value, done } = await this.#client.lines.next();
    if (done) return undefined;
    return new Map(Object.entries(JSON.parse(value) as object));
  }

  close(): void {
    this.#client.close();
  }
}

function resultOf(answer: ReadonlyMap<string, unknown>): unknown {
  const error = answer.get("error");
  if (typeof error !== "object" || error === null) return answer.get("result");
  const { code, message } = { code: "UNEXPECTED", message: "", ...error };
  throw new CodedError(String(code), String(message));
}
