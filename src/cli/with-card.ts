import type { Argv } from "yargs";
import { createCardService } from "../agent/card-services.ts";
import { IotSafeProvider } from "../credentials/adapters/iotsafe/iotsafe-provider.ts";
import { createLogger } from "../platform/logger.ts";

/** The positional URI that every card command takes. */
export function cardUri(yargs: Argv): Argv<{ uri: string }> {
  return yargs.positional("uri", {
    type: "string",
    default: "iotsafe:",
    describe: "The card: iotsafe:?channel=pcsc[:READER]|socket:PATH|tcp:HOST:PORT",
  });
}

/** Gives the card to `use` and lets go of it afterwards, whatever happened. */
export async function withCard<T>(use: (provider: IotSafeProvider) => Promise<T>): Promise<T> {
  const logger = createLogger("warn", process.stderr);
  const provider = new IotSafeProvider({ createCard: (channel) => createCardService(channel, logger), logger });
  try {
    return await use(provider);
  } finally {
    await provider.close();
  }
}
