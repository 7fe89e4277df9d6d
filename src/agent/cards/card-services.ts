import type { CardChannelName } from "../../credentials/adapters/iotsafe/iotsafe-uri.ts";
import { sha256 } from "../../crypto/hash.ts";
import { monotonicClock } from "../../platform/clock.ts";
import { nodeTimers } from "../../platform/timers.ts";
import type { CardChannel, CardConnector } from "../../smartcard/card-channel.ts";
import type { CardObserver } from "../../smartcard/card-observer.ts";
import { CardService } from "../../smartcard/card-service.ts";
import type { ExclusiveLock } from "../../smartcard/exclusive-lock.ts";
import { encodeUtf8, toHex } from "../../util/bytes.ts";
import type { Logger } from "../../util/log.ts";

/**
 * For one APDU. Shorter than a handshake waits for its signature (30 s), so that a mute card is called just that, and longer
 * than the slowest command takes: key generation, some seconds.
 */
const apduDeadlineMs = 20_000;

/** The owner of one card of this machine, reached as the channel says. Drivers are loaded when first needed. */
export function createCardService(channel: CardChannelName, logger: Logger, observer?: CardObserver): CardService {
  return new CardService({
    connector: lazyConnector(() => loadConnector(channel)),
    lock: lazyLock(channel),
    clock: monotonicClock,
    timers: nodeTimers,
    logger,
    ...(observer && { observer }),
  });
}

async function loadConnector(channel: CardChannelName): Promise<CardConnector> {
  if (channel.kind === "pcsc") {
    const { PcscConnector } = await import("../../platform/pcsc/pcsc-connector.ts");
    const { reader } = channel;
    return new PcscConnector({ timers: nodeTimers, apduDeadlineMs, ...(reader !== undefined && { reader }) });
  }
  const { SocketCardConnector } = await import("../../platform/card-socket.ts");
  return new SocketCardConnector(channel, nodeTimers, apduDeadlineMs);
}

function lazyConnector(load: () => Promise<CardConnector>): CardConnector {
  let loaded: Promise<CardConnector> | undefined;
  return {
    connect: async (): Promise<CardChannel> => {
      loaded ??= load();
      return (await loaded).connect();
    },
  };
}

function lazyLock(channel: CardChannelName): ExclusiveLock {
  return {
    acquire: async () => {
      const { LockFile } = await import("../../platform/lock-file.ts");
      const { lockFolder } = await import("../../platform/lock-folder.ts");
      const name = toHex(sha256(encodeUtf8(JSON.stringify(channel))).subarray(0, 8));
      return new LockFile(`${lockFolder()}/lwm2m-safe-card-${name}`).acquire();
    },
  };
}
