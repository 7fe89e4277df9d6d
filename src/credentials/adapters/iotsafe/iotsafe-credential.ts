import { sha256 } from "../../../crypto/hash.ts";
import type { SignatureScheme } from "../../../crypto/signature-scheme.ts";
import { CardStatusError } from "../../../smartcard/status-word.ts";
import { concatBytes, equalBytes, toHex } from "../../../util/bytes.ts";
import { CodedError, describeError } from "../../../util/coded-error.ts";
import { type Logger, silentLogger } from "../../../util/log.ts";
import type { CertificateSource } from "../../ports/certificate-source.ts";
import type { Signer } from "../../ports/signer.ts";
import {
  type CardCredential,
  type CardIdentity,
  decodeCardCredential,
  encodeCardCredential,
} from "./card-credential.ts";
import { cardSchemes, cardSigner } from "./card-signer.ts";
import type { CertificateCache } from "./certificate-cache.ts";
import { findCredential } from "./find-credential.ts";
import type { IotSafeApplet } from "./iotsafe-applet.ts";
import type { CredentialSelectors } from "./iotsafe-uri.ts";
import { encodeSelector } from "./object-selector.ts";

export interface IotSafeCredentialPorts {
  /** Its failures are the caller's business: ForgivingCache makes them harmless. */
  readonly cache?: CertificateCache;
  readonly logger?: Logger;
}

/**
 * A key and certificate of an IoT SAFE applet. A credential from the cache costs one card operation at start-up (which
 * card is it?) and is believed until a signature shows that it no longer holds; then it is read anew, once.
 */
export class IotSafeCredential {
  readonly kind = "certificate";
  readonly certificates: CertificateSource;
  readonly signer: Signer;
  readonly #applet: IotSafeApplet;
  readonly #selectors: CredentialSelectors;
  readonly #cache: CertificateCache | undefined;
  readonly #logger: Logger;
  readonly #identity: CardIdentity | undefined;
  #current: CardCredential;
  #fromCache: boolean;

  /** Rejects as `findCredential` and the cache do. */
  static async open(
    applet: IotSafeApplet,
    selectors: CredentialSelectors,
    ports: IotSafeCredentialPorts,
    signal: AbortSignal,
  ): Promise<IotSafeCredential> {
    const { cache, logger = silentLogger } = ports;
    const identity = await identify(applet, logger, signal);
    const cached = identity && (await recall(cache, identity, selectors, logger));
    const current = cached ?? (await findCredential(applet, selectors, { priority: "handshake", signal }));
    const credential = new IotSafeCredential(applet, selectors, ports, identity, current, cached !== undefined);
    if (cached === undefined) await credential.#remember();
    return credential;
  }

  private constructor(
    applet: IotSafeApplet,
    selectors: CredentialSelectors,
    ports: IotSafeCredentialPorts,
    identity: CardIdentity | undefined,
    current: CardCredential,
    fromCache: boolean,
  ) {
    this.#applet = applet;
    this.#selectors = selectors;
    this.#cache = ports.cache;
    this.#logger = ports.logger ?? silentLogger;
    this.#identity = identity;
    this.#current = current;
    this.#fromCache = fromCache;
    this.certificates = { chain: async () => this.#current.chain };
    this.signer = this.#makeSigner();
  }

  /** Whether what is in use now came from the cache. */
  get fromCache(): boolean {
    return this.#fromCache;
  }

  /** Reads the credential from the card again, for a certificate that the peer no longer takes. */
  async reread(signal: AbortSignal): Promise<void> {
    this.#current = await findCredential(this.#applet, this.#selectors, { priority: "handshake", signal });
    this.#fromCache = false;
    await this.#remember();
  }

  #makeSigner(): Signer {
    const publicKey = () => this.#current.publicKey;
    return {
      get publicKey() {
        return publicKey();
      },
      schemes: cardSchemes,
      sign: (message, scheme, signal) => this.#sign(message, scheme, signal),
    };
  }

  async #sign(message: Uint8Array, scheme: SignatureScheme, signal: AbortSignal): Promise<Uint8Array> {
    const { key, publicKey } = this.#current;
    try {
      return await cardSigner(this.#applet, key, publicKey, "handshake").sign(message, scheme, signal);
    } catch (error) {
      if (!this.#fromCache || !contradictsCache(error)) throw error;
      await this.#rereadInstead(publicKey, error, signal);
      throw error;
    }
  }

  /** The certificate that was sent already cannot be taken back: this handshake is lost, the next one will do. */
  async #rereadInstead(publicKey: Uint8Array, error: unknown, signal: AbortSignal): Promise<void> {
    // The failure itself is told by whoever wanted the signature.
    this.#logger.info("no valid signature with a cached certificate: reading the card again");
    await this.reread(signal);
    if (equalBytes(this.#current.publicKey, publicKey)) return;
    const message = "the card's key and certificate were replaced since the last start; they were read anew, try again";
    throw new CodedError("CREDENTIAL_CHANGED", message, { cause: error });
  }

  async #remember(): Promise<void> {
    if (this.#identity === undefined || this.#cache === undefined) return;
    const record = encodeCardCredential(this.#current, this.#identity);
    await this.#cache.put(cacheKey(this.#identity, this.#selectors), record);
  }
}

/** Applets without an identifier are possible: then nothing is cached. */
async function identify(applet: IotSafeApplet, logger: Logger, signal: AbortSignal): Promise<CardIdentity | undefined> {
  try {
    const { uniqueAppletId, aid } = await applet.applicationInformation({ priority: "handshake", signal });
    return uniqueAppletId && { uniqueAppletId, aid };
  } catch (error) {
    if (!(error instanceof CardStatusError) && !isMalformed(error)) throw error;
    logger.debug("the applet does not identify itself: its certificate is not cached", { error: describeError(error) });
    return undefined;
  }
}

async function recall(
  cache: CertificateCache | undefined,
  identity: CardIdentity,
  selectors: CredentialSelectors,
  logger: Logger,
): Promise<CardCredential | undefined> {
  const record = await cache?.get(cacheKey(identity, selectors));
  try {
    return record && decodeCardCredential(record, identity);
  } catch (error) {
    logger.warn("the cached certificate cannot be used", { error: describeError(error) });
    return undefined;
  }
}

function cacheKey(identity: CardIdentity, selectors: CredentialSelectors): string {
  const named = [
    selectors.key && encodeSelector("private-key", selectors.key),
    selectors.publicKey && encodeSelector("public-key", selectors.publicKey),
    selectors.certificate && encodeSelector("file", selectors.certificate),
  ].filter((part) => part !== undefined);
  const parts = [Uint8Array.of(identity.uniqueAppletId.length), identity.uniqueAppletId, identity.aid, ...named];
  return `card-certificate-${toHex(sha256(concatBytes(parts)).subarray(0, 16))}`;
}

function contradictsCache(error: unknown): boolean {
  return error instanceof CodedError && ["SIGNATURE_MISMATCH", "CARD_REFUSED", "MALFORMED"].includes(error.code);
}

function isMalformed(error: unknown): boolean {
  return error instanceof CodedError && error.code === "MALFORMED";
}
