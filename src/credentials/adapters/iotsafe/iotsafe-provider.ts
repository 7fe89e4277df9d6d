import type { CardService } from "../../../smartcard/card-service.ts";
import { toHex } from "../../../util/bytes.ts";
import { silentLogger } from "../../../util/log.ts";
import type { CredentialProvider } from "../../ports/credential.ts";
import type { CertificateCache } from "./certificate-cache.ts";
import { ForgivingCache } from "./forgiving-cache.ts";
import { IotSafeApplet } from "./iotsafe-applet.ts";
import { IotSafeCredential, type IotSafeCredentialPorts } from "./iotsafe-credential.ts";
import { type CardChannelName, type IotSafeUri, parseIotSafeUri } from "./iotsafe-uri.ts";

export interface IotSafeProviderPorts extends IotSafeCredentialPorts {
  /** Called once for each card; the provider closes what it got. */
  createCard(channel: CardChannelName): CardService;
}

/** Opens `iotsafe:` credentials. URIs with the same channel share one CardService, with the same applet one channel of it. */
export class IotSafeProvider implements CredentialProvider {
  readonly #ports: IotSafeProviderPorts;
  readonly #cache: CertificateCache | undefined;
  readonly #cards = new Map<string, CardService>();
  readonly #applets = new Map<string, IotSafeApplet>();

  constructor(ports: IotSafeProviderPorts) {
    this.#ports = ports;
    this.#cache = ports.cache && new ForgivingCache(ports.cache, ports.logger ?? silentLogger);
  }

  /** Rejects with CredentialUriError and as IotSafeCredential.open does. */
  async open(uri: string, signal: AbortSignal): Promise<IotSafeCredential> {
    const parsed = parseIotSafeUri(uri);
    const ports = { ...this.#ports, ...(this.#cache && { cache: this.#cache }) };
    return IotSafeCredential.open(this.#applet(parsed), parsed.selectors, ports, signal);
  }

  /** The applet itself, for key generation and for the card commands. Throws CredentialUriError. */
  applet(uri: string): IotSafeApplet {
    return this.#applet(parseIotSafeUri(uri));
  }

  async close(): Promise<void> {
    const cards = [...this.#cards.values()];
    this.#cards.clear();
    this.#applets.clear();
    await Promise.all(cards.map((card) => card.close()));
  }

  #applet({ channel, settings }: IotSafeUri): IotSafeApplet {
    const name = JSON.stringify([channel, settings.aids.map(toHex), settings.class]);
    return remembered(this.#applets, name, () => new IotSafeApplet(this.#card(channel), settings));
  }

  #card(channel: CardChannelName): CardService {
    return remembered(this.#cards, JSON.stringify(channel), () => this.#ports.createCard(channel));
  }
}

function remembered<T>(all: Map<string, T>, key: string, make: () => T): T {
  const found = all.get(key) ?? make();
  all.set(key, found);
  return found;
}
