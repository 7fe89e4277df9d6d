import { ConnectionCore, type FirstSequences } from "./connection-core.ts";
import { ownConnectionId } from "./own-connection-id.ts";
import type { SessionCache } from "./session-cache.ts";
import { type DtlsConfig, type DtlsPorts, resolveSettings } from "./settings.ts";
import { ServerExpectClientHello } from "./states/server-expect-client-hello.ts";
import type { ServerPolicy } from "./states/server-policy.ts";

export interface DtlsServerConfig extends DtlsConfig {
  /** Certificate suites are accepted; `chooseCredential` is asked for. Default true. */
  readonly certificates?: boolean;
  /** PSK suites are accepted; `deriveMasterSecret` is asked for with the client's identity. Default false. */
  readonly psk?: boolean;
  /** Default: none. */
  readonly pskIdentityHint?: Uint8Array;
  /** A client of a certificate suite must show a certificate; `validatePeer` is asked for. Default true. */
  readonly requestClientCertificate?: boolean;
  /** Where sessions are kept that clients may resume. Default: nowhere, every handshake is a full one. */
  readonly sessions?: SessionCache;
}

/** What a listener hands over when it has greeted a client. */
export interface ListenerHandover extends FirstSequences {
  /** One that no other connection has; absent: none at all. */
  readonly connectionId?: Uint8Array;
}

/** The server role of DTLS 1.2 for one client. Cookies and many clients are the listener's: listener.ts. */
export class DtlsServer extends ConnectionCore {
  readonly #policy: ServerPolicy;

  /** Throws RangeError on a configuration that cannot work. */
  constructor(config: DtlsServerConfig, ports: DtlsPorts, handover?: ListenerHandover) {
    const settings = resolveSettings(config, true);
    const sessions = config.sessions && { sessions: config.sessions };
    super({ role: "server", settings, ports, ...(handover && { first: handover }), ...sessions });
    const { connectionId } = handover ?? ownConnectionId(settings, ports);
    this.#policy = {
      certificates: config.certificates ?? true,
      psk: config.psk ?? false,
      pskIdentityHint: config.pskIdentityHint ?? new Uint8Array(),
      requestClientCertificate: config.requestClientCertificate ?? true,
      ...sessions,
      ...(connectionId && { connectionId }),
    };
  }

  /** The first datagram opens the handshake. */
  override handleDatagram(datagram: Uint8Array, now: number): void {
    this.begin(() => new ServerExpectClientHello(this.#policy), now);
    super.handleDatagram(datagram, now);
  }
}
