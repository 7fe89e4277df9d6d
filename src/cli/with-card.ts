import type { Argv } from "yargs";
import { createCardService } from "../agent/cards/card-services.ts";
import { type CardAccess, cardAccess } from "../agent/control/card-access.ts";
import { IotSafeProvider } from "../credentials/adapters/iotsafe/iotsafe-provider.ts";
import { createLogger } from "../platform/logger.ts";
import { CodedError } from "../util/coded-error.ts";
import { cardThroughAgent } from "./card-through-agent.ts";
import { ControlClient, type SocketOptions, socketOptions, socketPath } from "./control-client.ts";

export interface CardOptions extends SocketOptions {
  uri: string | undefined;
}

/** The positional URI that every card command takes, and the agent that may hold the card. */
export function cardOptions(yargs: Argv): Argv<CardOptions> {
  return socketOptions(
    yargs.positional("uri", {
      type: "string",
      describe: "The card: iotsafe:?channel=pcsc[:READER]|socket:PATH|tcp:HOST:PORT [iotsafe:, or the running agent's]",
    }),
  );
}

/**
 * Gives the card to `use` and lets go of it afterwards. A card that a running agent holds is used through the agent: at once
 * when its socket is named, and otherwise when the card turns out to be locked.
 */
export async function withCard<T>(
  options: CardOptions,
  use: (card: CardAccess, uri: string) => Promise<T>,
): Promise<T> {
  if (options.socket !== undefined || options.config !== undefined) return throughAgent(options, use);
  try {
    return await directly(options.uri ?? "iotsafe:", use);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "CARD_LOCKED") throw error;
    return await throughAgent(options, use).catch((reason) => {
      // Whoever holds it is no agent of ours that can be asked: the lock says who it is.
      throw reason instanceof CodedError && reason.code === "AGENT_UNREACHABLE" ? error : reason;
    });
  }
}

async function directly<T>(uri: string, use: (card: CardAccess, uri: string) => Promise<T>): Promise<T> {
  const logger = createLogger("warn", process.stderr);
  const provider = new IotSafeProvider({ createCard: (channel) => createCardService(channel, logger), logger });
  try {
    return await use(
      cardAccess(async () => provider),
      uri,
    );
  } finally {
    await provider.close();
  }
}

async function throughAgent<T>(options: CardOptions, use: (card: CardAccess, uri: string) => Promise<T>): Promise<T> {
  const client = await ControlClient.connect(socketPath(options));
  try {
    return await use(cardThroughAgent(client), options.uri ?? "");
  } finally {
    client.close();
  }
}
