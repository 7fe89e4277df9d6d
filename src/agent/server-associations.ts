import type { Association } from "../association/association.ts";
import { AssociationError } from "../association/association-error.ts";
import { connectDtls, type DtlsTarget } from "../association/connect-dtls.ts";
import { connectNosec } from "../association/connect-nosec.ts";
import type { ConnectPorts } from "../association/connect-ports.ts";
import type { HandshakeParties } from "../association/need-answers.ts";
import { parseServerUri, type ServerUri } from "../association/server-uri.ts";
import type { RequestHandler } from "../coap/exchange.ts";
import type { CertificateVerifier } from "../credentials/ports/certificate-verifier.ts";
import type { Credential, CredentialProvider } from "../credentials/ports/credential.ts";
import { DtlsError } from "../dtls/dtls-error.ts";
import type { AssociationFactory } from "../lwm2m/ports/association-factory.ts";
import { openAccountCredential } from "./account-credential.ts";
import type { AccountSecurity } from "./account-security.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { CardFiguresCounter } from "./card-figures.ts";
import { usableGroups, usableSuites } from "./security-policy.ts";

export interface ServerAssociationsPorts extends ConnectPorts {
  readonly credentials: CredentialProvider;
  /** Made for each connection: what a trust file holds may have changed. Rejects with a CodedError that names the file. */
  createVerifier(account: AccountSecurity, server: ServerUri): Promise<CertificateVerifier>;
  readonly cardFigures: CardFiguresCounter;
  emit(event: AgentEvent): void;
}

/** Makes the associations with one server, as its account says. */
export class ServerAssociations implements AssociationFactory {
  readonly #account: AccountSecurity;
  readonly #uri: ServerUri;
  readonly #ports: ServerAssociationsPorts;
  /** Kept while it works: opening it asks the card. */
  #credential: Credential | undefined;
  /** The server did not take what it was shown: a certificate may have been misread, or replaced on the card. */
  #doubted = false;
  #hint: string | undefined;

  /** Throws CodedError "BAD_SERVER_URI". */
  constructor(account: AccountSecurity, ports: ServerAssociationsPorts) {
    this.#account = account;
    this.#uri = parseServerUri(account.settings.uri);
    this.#ports = { ...ports, onHint: (peer, hint) => this.#noteHint(peer, hint) };
  }

  async connect(handle: RequestHandler, signal: AbortSignal): Promise<Association> {
    if (this.#account.settings.mode === "nosec") return connectNosec(this.#uri, handle, this.#ports, signal);
    return this.#connectSecurely(handle, signal);
  }

  async #connectSecurely(handle: RequestHandler, signal: AbortSignal): Promise<Association> {
    const { cardFigures, emit } = this.#ports;
    const target = this.#target(await this.#parties(signal));
    cardFigures.enterHandshake();
    try {
      const association = await connectDtls(target, handle, this.#ports, signal);
      const { peer, session } = association;
      this.#hint = undefined;
      this.#doubted = false;
      if (session) emit({ type: "handshake", peer, suite: session.cipherSuiteName, ...session.handshake });
      return association;
    } catch (error) {
      this.#blame(error);
      throw error;
    } finally {
      cardFigures.leaveHandshake();
    }
  }

  #target(parties: HandshakeParties): DtlsTarget {
    const { serverName, settings } = this.#account;
    const suites = usableSuites(settings);
    const groups = usableGroups(settings);
    const dtls = { ...(suites.length > 0 && { suites }), ...(groups.length > 0 && { groups }) };
    return { uri: this.#uri, parties, dtls, ...(serverName !== undefined && { serverName }) };
  }

  async #parties(signal: AbortSignal): Promise<HandshakeParties> {
    const verifier = await this.#ports.createVerifier(this.#account, this.#uri);
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
