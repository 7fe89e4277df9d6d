import { CoapAssociation } from "../../src/association/coap-association.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import type { Entropy } from "../../src/crypto/ports.ts";
import { DtlsListener, type DtlsListenerConfig, type ListenerEvent } from "../../src/dtls/listener.ts";
import { PathValidator } from "../../src/pki/path-validator.ts";
import { systemWallClock } from "../../src/platform/clock.ts";
import { commonNameAdmission } from "../../src/sandbox/common-name-admission.ts";
import { DtlsTransports } from "../../src/sandbox/dtls-transports.ts";
import type { Registration } from "../../src/sandbox/registration.ts";
import { RegistrationInterface } from "../../src/sandbox/registration-interface.ts";
import type { CertifiedKey, SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import { serverAnswers } from "../../src/sandbox/server-security.ts";
import type { PeersSocket } from "../../src/sandbox/server-socket.ts";
import { silentLogger } from "../../src/util/log.ts";
import type { MonotonicClock, Timers } from "../../src/util/time.ts";

export interface FaultServerPorts {
  readonly socket: PeersSocket;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
}

export interface FaultServerOptions {
  readonly ca: SandboxCa;
  readonly own: CertifiedKey;
  readonly dtls?: DtlsListenerConfig;
  /** Called after each change of what the server holds. */
  onChange?(): void;
}

/** The sandbox's LwM2M server over any socket and clock, with its DTLS connections counted, the half-open ones too. */
export class FaultServer {
  readonly #listener: CountingListener;
  readonly #transports: DtlsTransports;
  readonly #registrations: RegistrationInterface;

  constructor({ ca, own, dtls = {}, onChange = () => {} }: FaultServerOptions, ports: FaultServerPorts) {
    const { socket, clock, timers, entropy } = ports;
    const verifier = new PathValidator({ anchors: [ca.certificate], peer: { role: "client" }, clock: systemWallClock });
    const answerNeed = serverAnswers({ certificate: { own, verifier } });
    const heard = { registered: onChange, deregistered: onChange };
    this.#registrations = new RegistrationInterface(heard, commonNameAdmission);
    this.#listener = new CountingListener(dtls, { entropy, ephemeralKeys: nodeEphemeralKeys }, onChange);
    this.#transports = new DtlsTransports(
      this.#listener,
      socket,
      { clock, timers, answerNeed },
      (transport, peer, session) => {
        const association: CoapAssociation = new CoapAssociation({
          transport,
          peer,
          session,
          handle: (request) => this.#registrations.handle(request, association),
          clock,
          timers,
          entropy,
          logger: silentLogger,
        });
      },
    );
  }

  get registrations(): readonly Registration[] {
    return this.#registrations.registrations;
  }

  get sessions(): number {
    return this.#listener.established.size;
  }

  /** Handshakes that began and neither succeeded nor ended. */
  get halfOpen(): number {
    return this.#listener.open.size - this.sessions;
  }

  /** Says close_notify to everybody: each device has to shake hands anew. */
  dropSessions(): void {
    this.#transports.close();
  }
}

class CountingListener extends DtlsListener {
  readonly open = new Set<number>();
  readonly established = new Set<number>();
  readonly #onChange: () => void;

  constructor(config: DtlsListenerConfig, ports: ConstructorParameters<typeof DtlsListener>[1], onChange: () => void) {
    super(config, ports);
    this.#onChange = onChange;
  }

  override nextEvent(): ListenerEvent | undefined {
    const next = super.nextEvent();
    if (next) this.#count(next);
    return next;
  }

  #count({ connection, event }: ListenerEvent): void {
    if (event.type === "connected") this.established.add(connection);
    if (event.type === "closed") this.established.delete(connection);
    if (event.type === "closed") this.open.delete(connection);
    else this.open.add(connection);
    this.#onChange();
  }
}
