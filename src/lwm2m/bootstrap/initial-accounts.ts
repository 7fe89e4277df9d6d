import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { AccountConfiguration } from "./account-configuration.ts";
import { type CardReading, isSameCard } from "./card-reading.ts";
import type { Configuration } from "./configuration.ts";

/**
 * Takes over what the card says: new data go in the place of the old, data that are gone or of no use take what came from
 * them along, and a card that could not be asked changes nothing. Gives the reason for what follows; never rejects.
 */
export async function takeOverCard(
  configuration: AccountConfiguration,
  reading: CardReading,
  logger: Logger,
): Promise<string> {
  if (reading.kind === "data") return takeOverData(configuration, reading, logger);
  if (reading.kind === "unknown") logger.warn("the card could not be read", { reason: reading.reason });
  else await forget(configuration, logger);
  return reading.reason;
}

async function takeOverData(
  configuration: AccountConfiguration,
  reading: CardReading & { readonly kind: "data" },
  logger: Logger,
): Promise<string> {
  const { card } = configuration;
  const { servers, bootstrap } = await configuration.accounts();
  if (card && isSameCard(card, reading) && (servers.length > 0 || bootstrap)) return "the card's data is as it was";
  try {
    await configuration.applyCard(reading);
    return "accounts from the smart card";
  } catch (error) {
    logger.error("the card's bootstrap data is of no use", { reason: describeError(error) });
    await forget(configuration, logger);
    return describeError(error);
  }
}

async function forget(configuration: AccountConfiguration, logger: Logger): Promise<void> {
  if (!configuration.card) return;
  try {
    await configuration.forgetCard();
  } catch (error) {
    logger.error("what came from the card could not be removed", { reason: describeError(error) });
  }
}

/** Gives the reason for what follows. */
export async function takeOverFactory(
  configuration: AccountConfiguration,
  factory: Configuration | undefined,
  logger: Logger,
): Promise<string> {
  if (!factory) return "no account and no factory data";
  try {
    await configuration.applyFactory(factory);
    return "accounts from the factory data";
  } catch (error) {
    logger.error("the factory data is of no use", { reason: describeError(error) });
    return describeError(error);
  }
}
