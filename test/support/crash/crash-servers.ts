import { CoapAssociation } from "../../../src/association/coap-association.ts";
import type { CoapRequest, CoapResponse } from "../../../src/coap/exchange.ts";
import { Code } from "../../../src/coap/message.ts";
import { nodeEphemeralKeys } from "../../../src/crypto/ephemeral-keys.ts";
import { DtlsListener } from "../../../src/dtls/listener.ts";
import { PathValidator } from "../../../src/pki/path-validator.ts";
import { BootstrapInterface } from "../../../src/sandbox/bootstrap-interface.ts";
import { provisioningSteps } from "../../../src/sandbox/bootstrap-step.ts";
import { commonNameAdmission } from "../../../src/sandbox/common-name-admission.ts";
import { DtlsTransports } from "../../../src/sandbox/dtls-transports.ts";
import { EstAuthority } from "../../../src/sandbox/est-authority.ts";
import { EstResources } from "../../../src/sandbox/est-resources.ts";
import type { Registration } from "../../../src/sandbox/registration.ts";
import { RegistrationInterface } from "../../../src/sandbox/registration-interface.ts";
import { type CertifiedKey, SandboxCa } from "../../../src/sandbox/sandbox-ca.ts";
import { serverAnswers } from "../../../src/sandbox/server-security.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { MemoryNetwork } from "../fault-network.ts";
import { SeededRandom } from "../seeded-random.ts";
import { settle, type VirtualTime } from "../virtual-time.ts";

export const crashEndpoint = "urn:dev:ops:crash";
export const managementPort = 5684;
export const bootstrapPort = 5784;
const day = 86_400_000;

type Serve = (request: CoapRequest, association: CoapAssociation) => CoapResponse | Promise<CoapResponse>;

/** What only costs time to make: shared by all worlds. */
export interface Authorities {
  readonly ca: SandboxCa;
  readonly own: CertifiedKey;
  readonly est: EstAuthority;
  /** What the device came with; only the bootstrap server is shown it. */
  readonly initial: CertifiedKey;
}

export async function makeAuthorities(): Promise<Authorities> {
  const ca = await SandboxCa.create();
  const est = await EstAuthority.of(ca.certificate, await ca.privateKeyPem(), { lifetimeMs: 90 * day });
  return { ca, own: await ca.issueServer(), est, initial: await ca.issueDevice(crashEndpoint) };
}

/** A bootstrap server with EST on its sessions and a management server, in memory and virtual time. They never fall. */
export class CrashServers {
  readonly network: MemoryNetwork;
  readonly issued: string[] = [];
  readonly #time: VirtualTime;
  readonly #authorities: Authorities;
  readonly #registrations = new RegistrationInterface({}, commonNameAdmission);
  /** Requests that real threads work on: virtual time has to wait for them. */
  #underWay = 0;

  constructor(authorities: Authorities, time: VirtualTime) {
    this.#authorities = authorities;
    this.#time = time;
    this.network = new MemoryNetwork(time);
    this.#serve(managementPort, (request, association) => this.#registrations.handle(request, association));
    const bootstrap = new BootstrapInterface(() => ({ session: this.#provisioning() }), time);
    const onIssued = (_: Uint8Array, name: string): void => void this.issued.push(name);
    const est = new EstResources({ authority: authorities.est, onIssued });
    this.#serve(bootstrapPort, async (request, association) => {
      this.#underWay++;
      try {
        return (await est.handle(request, association)) ?? bootstrap.handle(request, association);
      } finally {
        this.#underWay--;
      }
    });
  }

  /** Of the device that has registered last. */
  get registration(): Registration | undefined {
    return this.#registrations.registrations.at(-1);
  }

  /** Time goes on, and stands still while a server works. */
  async advance(ms: number): Promise<void> {
    await this.#time.advance(ms);
    while (this.#underWay > 0) await settle();
  }

  #provisioning() {
    const { ca } = this.#authorities;
    const uri = `coaps://127.0.0.1:${managementPort}`;
    return provisioningSteps([
      { id: 0, instances: { 1: { 0: uri, 1: false, 2: 4, 10: 101, 4: ca.certificate, 15: 2 } } },
      { id: 1, instances: { 1: { 0: 101, 1: 300, 6: true, 7: "U" } } },
    ]);
  }

  #serve(port: number, serve: Serve): void {
    const { ca, own } = this.#authorities;
    const entropy = new SeededRandom(port);
    const time = this.#time;
    const ports = { clock: time, timers: time, entropy, logger: silentLogger };
    const peer = { role: "client" } as const;
    const verifier = new PathValidator({ anchors: [ca.certificate], peer, clock: time });
    const answerNeed = serverAnswers({ certificate: { own, verifier } });
    const listener = new DtlsListener({ certificates: true }, { entropy, ephemeralKeys: nodeEphemeralKeys });
    const accept = { clock: time, timers: time, answerNeed };
    new DtlsTransports(listener, this.network.socketAt(port), accept, (transport, address, session) => {
      const handle = async (request: CoapRequest) => (await serve(request, association)) ?? { code: Code.NotFound };
      const association: CoapAssociation = new CoapAssociation({ transport, peer: address, session, handle, ...ports });
    });
  }
}
