import { equalBytes } from "../util/bytes.ts";
import { type CipherSuite, usesCertificates } from "./cipher-suites.ts";
import { ConnectionCore } from "./connection-core.ts";
import { assertHostName } from "./handshake/extensions/server-name.ts";
import { ownConnectionId } from "./own-connection-id.ts";
import { masterSecretBytes, type ResumableSession } from "./resumable-session.ts";
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
  /**
   * A session of an earlier handshake with this server. It is offered when it fits the rest of the configuration (name,
   * identity, suites); whether the server took it is `DtlsSession.resumed`. Where it does not, the same exchange goes on
   * as a full handshake.
   */
  readonly resume?: ResumableSession;
}

/** The client role of DTLS 1.2 (RFC 6347). One object makes one handshake and is the session after it. */
export class DtlsClient extends ConnectionCore {
  readonly #offer: ClientOffer;

  /** Throws RangeError on a configuration that cannot work. */
  constructor(config: DtlsClientConfig, ports: DtlsPorts) {
    const settings = resolveSettings(config, false);
    super({ role: "client", settings, ports });
    this.#offer = { ...makeOffer(config, settings), ...ownConnectionId(settings, ports) };
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
    ...fittingSession(config, suites),
  };
}

/** Offering another would tell the server of it for nothing. */
function fittingSession(
  { resume, serverName, pskIdentity }: DtlsClientConfig,
  suites: readonly CipherSuite[],
): Pick<ClientOffer, "resume"> {
  if (!resume || resume.serverName !== serverName) return {};
  const suite = suites.find(({ id }) => id === resume.cipherSuite);
  if (!suite || !isIntact(resume)) return {};
  const own = usesCertificates(suite) ? undefined : pskIdentity;
  return equalBytes(own ?? none, resume.pskIdentity ?? none) ? { resume } : {};
}

const none = new Uint8Array();

function isIntact({ sessionId, masterSecret }: ResumableSession): boolean {
  return sessionId.length > 0 && sessionId.length <= 32 && masterSecret.length === masterSecretBytes;
}
