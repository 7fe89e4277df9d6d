import { type CipherSuite, usesCertificates } from "./cipher-suites.ts";
import { ConnectionCore } from "./connection-core.ts";
import { assertHostName } from "./handshake/extensions/server-name.ts";
import { type DtlsConfig, type DtlsPorts, resolveSettings, type Settings } from "./settings.ts";
import { ClientExpectServerHello } from "./states/client-expect-server-hello.ts";
import type { ClientOffer } from "./states/client-offer.ts";

export interface DtlsClientConfig extends DtlsConfig {
  /** DNS name of the server for server_name (RFC 6066 §3); leave it out for an IP address. */
  readonly serverName?: string;
  /** psk_identity; there: PSK suites are offered, and `deriveMasterSecret` is asked for. */
  readonly pskIdentity?: Uint8Array;
  /** Whether suites with certificates are offered. Default: when there is no `pskIdentity`. */
  readonly certificates?: boolean;
  /** The credential brings its own ECDHE: `agreeKey` is asked for. Default false. */
  readonly externalKeyAgreement?: boolean;
}

/** The client role of DTLS 1.2 (RFC 6347). One object makes one handshake and is the session after it. */
export class DtlsClient extends ConnectionCore {
  readonly #offer: ClientOffer;

  /** Throws RangeError on a configuration that cannot work. */
  constructor(config: DtlsClientConfig, ports: DtlsPorts) {
    const settings = resolveSettings(config, false);
    super({ role: "client", settings, ports });
    this.#offer = makeOffer(config, settings);
  }

  /** Sends the first ClientHello; no effect when called again. */
  start(now: number): void {
    this.begin((context) => ClientExpectServerHello.start(this.#offer, context), now);
  }
}

function makeOffer(config: DtlsClientConfig, settings: Settings): ClientOffer {
  const { serverName, pskIdentity } = config;
  if (serverName !== undefined) assertHostName(serverName);
  const certificates = config.certificates ?? pskIdentity === undefined;
  const usable = (suite: CipherSuite) => (usesCertificates(suite) ? certificates : pskIdentity !== undefined);
  const suites = settings.suites.filter(usable);
  if (suites.length === 0) throw new RangeError("suites: none fits the kind of credential that is configured");
  return {
    suites,
    ...(serverName === undefined ? {} : { serverName }),
    ...(pskIdentity === undefined ? {} : { pskIdentity }),
    externalKeyAgreement: config.externalKeyAgreement ?? false,
  };
}
