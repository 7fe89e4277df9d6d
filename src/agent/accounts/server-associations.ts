import type { Association } from "../../association/association.ts";
import { AssociationError } from "../../association/association-error.ts";
import type { CoapAssociation } from "../../association/coap-association.ts";
import { connectDtls, type DtlsTarget } from "../../association/connect-dtls.ts";
import { connectNosec } from "../../association/connect-nosec.ts";
import type { ConnectPorts } from "../../association/connect-ports.ts";
import { connectResuming } from "../../association/connect-resuming.ts";
import type { HandshakeParties } from "../../association/need-answers.ts";
import { pingFirst } from "../../association/ping-first.ts";
import type { ResumptionStore } from "../../association/resumption-store.ts";
import { parseServerUri, type ServerUri } from "../../association/server-uri.ts";
import { SessionKeeper } from "../../association/session-keeper.ts";
import type { RequestHandler } from "../../coap/exchange.ts";
import type { CertificateVerifier } from "../../credentials/ports/certificate-verifier.ts";
import type { Credential, CredentialProvider } from "../../credentials/ports/credential.ts";
import type { DtlsSession } from "../../dtls/connection.ts";
import { DtlsError } from "../../dtls/dtls-error.ts";
import type { DtlsConfig } from "../../dtls/settings.ts";
import type { SecuritySettings } from "../../lwm2m/bootstrap/security-settings.ts";
import type { AssociationFactory } from "../../lwm2m/ports/association-factory.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { WallClock } from "../../util/time.ts";
import type { AgentEvent } from "../agent-event.ts";
import type { CardFiguresCounter } from "../cards/card-figures.ts";
import { openAccountCredential } from "./account-credential.ts";
import type { AccountSecurity } from "./account-security.ts";
import { usableGroups, usableSuites } from "./security-policy.ts";

/** How long DTLS sessions last. */
export interface SessionPolicy {
  /** Connection IDs are offered: a NAT may give us another address in the middle of a session. */
  readonly connectionId: boolean;
  /** Sessions are kept, and resumed later without a signature. */
  readonly resumption: boolean;
  /** Seconds since the full handshake. */
  readonly resumptionMaxAge: number;
}

export interface ServerAssociationsPorts extends ConnectPorts {
  readonly credentials: CredentialProvider;
  /** Made for each connection: what a trust file holds may have changed. Rejects with a CodedError that names the file. */
  createVerifier(account: AccountSecurity, server: ServerUri): Promise<CertificateVerifier>;
  readonly cardFigures: CardFiguresCounter;
  readonly wallClock: WallClock;
  /** Where sessions to resume survive a restart. */
  readonly store: ResumptionStore;
  readonly sessions: SessionPolicy;
  emit(event: AgentEvent): void;
}

type Uris = readonly [ServerUri, ...ServerUri[]];

/** Makes the associations with one server, as its account says. */
export class ServerAssociations implements AssociationFactory {
  readonly #account: AccountSecurity;
  /** The secondary ones (/0/x/25) after the one that counts. */
  readonly #uris: Uris;
  readonly #ports: ServerAssociationsPorts;
  readonly #keeper: SessionKeeper;
  /** Kept while it works: opening it asks the card. */
  #credential: Credential | undefined;
  /** The server did not take what it was shown: a certificate may have been misread, or replaced on the card. */
  #doubted = false;
  #hint: string | undefined;

  /** Throws CodedError "BAD_SERVER_URI". */
  constructor(account: AccountSecurity, ports: ServerAssociationsPorts) {
    this.#account = account;
    const { uri, secondaryUris } = account.settings;
    this.#uris = [parseServerUri(uri), ...secondaryUris.flatMap((each) => usable(each, ports.logger))];
    this.#ports = { ...ports, onHint: (peer, hint) => this.#noteHint(peer, hint) };
    const maxAgeMs = ports.sessions.resumptionMaxAge * 1000;
    this.#keeper = new SessionKeeper({ ...ports, key: sessionKey(account.settings), maxAgeMs });
  }

  async connect(handle: RequestHandler, signal: AbortSignal): Promise<Association> {
    return this.#connectToOneOf(this.#uris, handle, signal);
  }

  async #connectToOneOf(
    [uri, next, ...others]: Uris,
    handle: RequestHandler,
    signal: AbortSignal,
  ): Promise<Association> {
    try {
      return await this.#connectTo(uri, next === undefined, handle, signal);
    } catch (error) {
      if (!next || signal.aborted) throw error;
      const fields = { server: uri.text, reason: describeError(error) };
      this.#ports.logger.info("no way to this server, its next URI is tried", fields);
      return this.#connectToOneOf([next, ...others], handle, signal);
    }
  }

  async #connectTo(uri: ServerUri, last: boolean, handle: RequestHandler, signal: AbortSignal): Promise<Association> {
    if (this.#account.settings.mode !== "nosec") return this.#connectSecurely(uri, handle, signal);
    const association = await connectNosec(uri, handle, this.#ports, signal);
    return last ? association : pingFirst(association);
  }

  async #connectSecurely(uri: ServerUri, handle: RequestHandler, signal: AbortSignal): Promise<Association> {
    const { cardFigures, emit } = this.#ports;
    const target = this.#target(uri, await this.#parties(uri, signal));
    cardFigures.enterHandshake();
    try {
      const association = await this.#shakeHands(target, handle, signal);
      const { peer, session } = association;
      this.#hint = undefined;
      this.#doubted = false;
      if (session) emit({ type: "handshake", peer, ...handshakeFields(session) });
      return association;
    } catch (error) {
      this.#blame(error);
      throw error;
    } finally {
      cardFigures.leaveHandshake();
    }
  }

  async #shakeHands(target: DtlsTarget, handle: RequestHandler, signal: AbortSignal): Promise<CoapAssociation> {
    if (this.#ports.sessions.resumption) return connectResuming(target, this.#keeper, handle, this.#ports, signal);
    // One of a time when it was allowed must not lie around.
    await this.#keeper.drop("resumption is switched off");
    return connectDtls(target, handle, this.#ports, signal);
  }

  #target(uri: ServerUri, parties: HandshakeParties): DtlsTarget {
    const { serverName, settings } = this.#account;
    const suites = usableSuites(settings);
    const groups = usableGroups(settings);
    const dtls: DtlsConfig = {
      ...(suites.length > 0 && { suites }),
      ...(groups.length > 0 && { groups }),
      ...(!this.#ports.sessions.connectionId && { connectionIdLength: false }),
    };
    return { uri, parties, dtls, ...(serverName !== undefined && { serverName }) };
  }

  async #parties(uri: ServerUri, signal: AbortSignal): Promise<HandshakeParties> {
    const verifier = await this.#ports.createVerifier(this.#account, uri);
    const known = this.#credential;
    if (this.#doubted && known?.kind === "certificate") await known.reread?.(signal);
    // The certificate in use may be another one each time; asking for it is cheap.
    if (this.#account.openEnrolled) this.#credential = undefined;
    this.#credential ??= await this.#openCredential(signal);
    return { credential: this.#credential, verifier };
  }

  #blame(error: unknown): void {
    if (!(error instanceof AssociationError)) return;
    // Another card may be in the reader, or a new certificate on it: ask again next time.
    if (error.code === "CREDENTIAL_FAILED") this.#credential = undefined;
    this.#doubted = error.failed.some(({ error: why }) => why instanceof DtlsError && why.code === "ALERT_RECEIVED");
  }

  async #openCredential(signal: AbortSignal): Promise<Credential> {
    const { credential, source } = await openAccountCredential(this.#account, this.#ports.credentials, signal);
    // Now and not in the handshake, where the server would wait for the card.
    if (credential.kind === "certificate") await credential.certificates.chain(signal);
    this.#ports.emit({ type: "credential", source, kind: credential.kind });
    return credential;
  }

  /** A server that is not there says so at once by ICMP, long before an attempt ends; said once. */
  #noteHint(peer: string, { message }: Error): void {
    const level = message === this.#hint ? "debug" : "info";
    this.#hint = message;
    this.#ports.logger[level]("no answer yet; the network says", { peer, reason: message });
  }
}

/** A secondary URI that is none is no reason to do without the account. */
function usable(text: string, logger: Logger): ServerUri[] {
  try {
    return [parseServerUri(text)];
  } catch (error) {
    logger.warn("a secondary URI of an account is left out", { reason: describeError(error) });
    return [];
  }
}

/** An account that is gone must not leave its session behind. Rejects as the store does. */
export function dropSession(security: SecuritySettings, store: ResumptionStore): Promise<void> {
  return store.remove(sessionKey(security));
}

/** Of the account, and not of the instance that happens to hold it. Without a server id it is where packages come from. */
function sessionKey({ bootstrap, shortServerId }: SecuritySettings): string {
  return bootstrap ? "dtls-session-bootstrap" : `dtls-session-${shortServerId ?? "packages"}`;
}

function handshakeFields({ cipherSuiteName: suite, resumed, connectionIds, handshake }: DtlsSession) {
  return { suite, resumed, connectionId: connectionIds !== undefined, ...handshake };
}
