import type { Association } from "../association/association.ts";
import { AssociationError } from "../association/association-error.ts";
import { connectDtls } from "../association/connect-dtls.ts";
import { connectNosec } from "../association/connect-nosec.ts";
import type { ConnectPorts } from "../association/connect-ports.ts";
import type { HandshakeParties } from "../association/need-answers.ts";
import { parseServerUri, type ServerUri } from "../association/server-uri.ts";
import type { RequestHandler } from "../coap/exchange.ts";
import type { CertificateVerifier } from "../credentials/ports/certificate-verifier.ts";
import type { Credential, CredentialProvider } from "../credentials/ports/credential.ts";
import { DtlsError } from "../dtls/dtls-error.ts";
import type { AssociationFactory } from "../lwm2m/ports/association-factory.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { CardFiguresCounter } from "./card-figures.ts";
import type { SecurityConfig, ServerConfig } from "./config/config-schema.ts";

export interface ServerAssociationsPorts extends ConnectPorts {
  readonly credentials: CredentialProvider;
  /** Made for each connection: what a trust file holds may have changed. Rejects with a CodedError that names the file. */
  createVerifier(security: SecurityConfig, server: ServerUri): Promise<CertificateVerifier>;
  readonly cardFigures: CardFiguresCounter;
  emit(event: AgentEvent): void;
}

/** Makes the associations with one server, as its configuration says. */
export class ServerAssociations implements AssociationFactory {
  readonly #security: SecurityConfig | undefined;
  readonly #uri: ServerUri;
  readonly #ports: ServerAssociationsPorts;
  /** Kept while it works: opening it asks the card. */
  #credential: Credential | undefined;
  /** The server did not take what it was shown: a certificate may have been misread, or replaced on the card. */
  #doubted = false;
  #hint: string | undefined;

  /** Throws CodedError "BAD_SERVER_URI". */
  constructor(config: ServerConfig, ports: ServerAssociationsPorts) {
    this.#security = config.security;
    this.#uri = parseServerUri(config.uri);
    this.#ports = { ...ports, onHint: (peer, hint) => this.#noteHint(peer, hint) };
  }

  async connect(handle: RequestHandler, signal: AbortSignal): Promise<Association> {
    if (!this.#security) return connectNosec(this.#uri, handle, this.#ports, signal);
    return this.#connectSecurely(this.#security, handle, signal);
  }

  async #connectSecurely(security: SecurityConfig, handle: RequestHandler, signal: AbortSignal): Promise<Association> {
    const { cardFigures, emit } = this.#ports;
    const parties = await this.#parties(security, signal);
    const target = { uri: this.#uri, parties, ...(security.sni !== undefined && { serverName: security.sni }) };
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

  async #parties(security: SecurityConfig, signal: AbortSignal): Promise<HandshakeParties> {
    const verifier = await this.#ports.createVerifier(security, this.#uri);
    const known = this.#credential;
    if (this.#doubted && known?.kind === "certificate") await known.reread?.(signal);
    this.#credential ??= await this.#openCredential(security, signal);
    return { credential: this.#credential, verifier };
  }

  #blame(error: unknown): void {
    if (!(error instanceof AssociationError)) return;
    // Another card may be in the reader, or a new certificate on it: ask again next time.
    if (error.code === "CREDENTIAL_FAILED") this.#credential = undefined;
    this.#doubted = error.failed.some(({ error: why }) => why instanceof DtlsError && why.code === "ALERT_RECEIVED");
  }

  async #openCredential({ credential: uri }: SecurityConfig, signal: AbortSignal): Promise<Credential> {
    const credential = await this.#ports.credentials.open(uri, signal);
    // Now and not in the handshake, where the server would wait for the card.
    if (credential.kind === "certificate") await credential.certificates.chain(signal);
    const source = uri.slice(0, uri.indexOf(":")).toLowerCase();
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
