import type { IotSafeProvider } from "../../credentials/adapters/iotsafe/iotsafe-provider.ts";
import type { CredentialProvider } from "../../credentials/ports/credential.ts";
import { machineFiles } from "../../platform/files.ts";
import type { Logger } from "../../util/log.ts";
import type { RecordStore } from "../../util/record-store.ts";
import type { AgentPorts } from "../agent.ts";
import { CredentialsByScheme } from "./credentials-by-scheme.ts";
import type { LazyCards } from "./lazy-cards.ts";

/** The keys of this machine: drivers are loaded when the first URI asks for them. */
export interface MachineKeys {
  /** One for all, so that there is one owner of the card. */
  iotsafe(): Promise<IotSafeProvider>;
  /** Closes the cards too. */
  readonly credentials: CredentialProvider;
  readonly openKeySlots: NonNullable<AgentPorts["openKeySlots"]>;
}

export function machineKeys(store: RecordStore, logger: Logger, cards: LazyCards): MachineKeys {
  let loading: Promise<IotSafeProvider> | undefined;
  const iotsafe = (): Promise<IotSafeProvider> => {
    loading ??= iotSafeProvider(store, logger, cards);
    return loading;
  };
  return {
    iotsafe,
    credentials: credentials(iotsafe, cards),
    openKeySlots: async (keys) => {
      const { openKeySlots } = await import("../enrolment/enrolment-slots.ts");
      return openKeySlots(keys, { store, applet: async (uri) => (await iotsafe()).applet(uri) });
    },
  };
}

function credentials(iotsafe: () => Promise<IotSafeProvider>, cards: LazyCards): CredentialProvider {
  const providers = new CredentialsByScheme({
    file: async () => {
      const { FileCredentialProvider } = await import("../../credentials/adapters/file/file-credential-provider.ts");
      return new FileCredentialProvider(machineFiles);
    },
    iotsafe,
  });
  const close = async (): Promise<void> => {
    await providers.close();
    await cards.close();
  };
  return { open: (uri, signal) => providers.open(uri, signal), close };
}

async function iotSafeProvider(store: RecordStore, logger: Logger, cards: LazyCards): Promise<IotSafeProvider> {
  const { IotSafeProvider } = await import("../../credentials/adapters/iotsafe/iotsafe-provider.ts");
  const loaded = await cards.get();
  return new IotSafeProvider({
    createCard: (channel) => loaded.get(channel),
    cache: { get: (key) => store.read(key), put: (key, value) => store.write(key, value) },
    logger,
  });
}
