import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { CertificateVerifier } from "../../src/credentials/ports/certificate-verifier.ts";
import { parseCertificate } from "../../src/pki/certificate.ts";
import { PathValidator } from "../../src/pki/path-validator.ts";
import { systemWallClock } from "../../src/platform/clock.ts";
import type { FileObject } from "../../src/sandbox/bootstrap-file.ts";
import { BootstrapServer } from "../../src/sandbox/bootstrap-server.ts";
import { provisioningSteps } from "../../src/sandbox/bootstrap-step.ts";
import { commonNameAdmission } from "../../src/sandbox/common-name-admission.ts";
import { DemoSim } from "../../src/sandbox/demo/demo-sim.ts";
import { EstAuthority } from "../../src/sandbox/est-authority.ts";
import { EstResources, type EstResourcesOptions } from "../../src/sandbox/est-resources.ts";
import { EstServer } from "../../src/sandbox/est-server.ts";
import { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import { SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import { WatchedAgent } from "./watched-agent.ts";

export const endpoint = "urn:dev:ops:device";

export interface StageOptions {
  readonly est?: Partial<EstResourcesOptions>;
  readonly lifetimeMs?: number;
  /** Of the Security instance that bootstrap writes, over mode 4. Looked at anew for every session. */
  readonly security?: FileObject["instances"][number];
  /** What the management server says of a device whose certificate is in order. */
  readonly admit?: (certificate: Uint8Array) => string | undefined;
  /** Whose clients the management server takes, when not the operator's. */
  readonly verifier?: (ca: Uint8Array) => CertificateVerifier;
  /** False: every association shows its certificate. */
  readonly resumption?: boolean;
  /** Of the bootstrap section. */
  readonly bootstrap?: object;
}

/** A SIM whose own certificate only the bootstrap server takes, and servers of another authority. */
export class EnrolmentStage {
  readonly folder: string;
  readonly bootstrap: BootstrapServer;
  readonly server: LwM2mServer;
  /** Subjects and issuers of the certificates that the management server has let in. */
  readonly seen: string[] = [];
  readonly issued: string[] = [];
  readonly authority: EstAuthority;
  /** Of an agent at this place. */
  readonly config: object;
  #sim: DemoSim;
  readonly #authorities: { readonly simCa: SandboxCa; readonly ca: SandboxCa };

  static async open(t: TestContext, options: StageOptions = {}): Promise<EnrolmentStage> {
    const folder = mkdtempSync(join(tmpdir(), "agent-enrolment-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const [simCa, ca] = await Promise.all([SandboxCa.create(), SandboxCa.create()]);
    const authority = await EstAuthority.of(ca.certificate, await ca.privateKeyPem(), {
      lifetimeMs: options.lifetimeMs ?? 90 * 86_400_000,
    });
    const sim = await DemoSim.start(endpoint, simCa, "fast", join(folder, "card.sock"));
    writeFileSync(join(folder, "ca.pem"), ca.certificatePem);
    const stage = new EnrolmentStage(
      folder,
      authority,
      sim,
      options,
      await servers(t, { simCa, ca, authority }, options),
      {
        simCa,
        ca,
      },
    );
    t.after(() => stage.#sim.close());
    return stage;
  }

  private constructor(
    folder: string,
    authority: EstAuthority,
    sim: DemoSim,
    options: StageOptions,
    made: { bootstrap: BootstrapServer; server: LwM2mServer; seen: string[]; issued: string[] },
    authorities: { readonly simCa: SandboxCa; readonly ca: SandboxCa },
  ) {
    this.#authorities = authorities;
    this.folder = folder;
    this.#sim = sim;
    this.authority = authority;
    this.bootstrap = made.bootstrap;
    this.server = made.server;
    this.seen = made.seen;
    this.issued = made.issued;
    const card = `iotsafe:?channel=socket:${sim.socketPath}`;
    this.config = {
      endpoint,
      credentials: { default: `${card}&key=01&cert=03` },
      bootstrap: { uri: made.bootstrap.uri, ...options.bootstrap },
      trust: { anchors: ["ca.pem"] },
      network: { resumption: options.resumption ?? true },
      enrolment: { keys: [`${card}&key=02`, `${card}&key=04`] },
    };
  }

  /** Takes both authorities' devices, as the bootstrap server does. */
  async estServer(t: TestContext): Promise<EstServer> {
    const { simCa, ca } = this.#authorities;
    const server = await EstServer.start({
      authority: this.authority,
      security: {
        certificate: { own: await ca.issueServer(), verifier: clientsOf([simCa.certificate, ca.certificate]) },
      },
    });
    t.after(() => server.close());
    return server;
  }

  /** Another SIM for the same device, of the same maker. */
  async swapSim(): Promise<void> {
    const { socketPath } = this.#sim;
    await this.#sim.close();
    this.#sim = await DemoSim.start(endpoint, this.#authorities.simCa, "fast", socketPath);
  }

  agent(t: TestContext, enrolment: object = {}): Promise<WatchedAgent> {
    const config = this.config as { enrolment: object };
    return WatchedAgent.start(t, this.folder, { ...config, enrolment: { ...config.enrolment, ...enrolment } });
  }
}

export function clientsOf(anchors: readonly Uint8Array[]): PathValidator {
  return new PathValidator({ anchors, peer: { role: "client" }, clock: systemWallClock });
}

async function servers(
  t: TestContext,
  { simCa, ca, authority }: { simCa: SandboxCa; ca: SandboxCa; authority: EstAuthority },
  options: StageOptions,
) {
  const seen: string[] = [];
  const issued: string[] = [];
  const server = await LwM2mServer.start({
    security: {
      certificate: {
        own: await ca.issueServer(),
        verifier: options.verifier?.(ca.certificate) ?? clientsOf([ca.certificate]),
      },
    },
    admit: (name, association) => {
      const [leaf = new Uint8Array()] = association.session?.peerChain ?? [];
      seen.push(parseCertificate(leaf).issuer.text);
      return commonNameAdmission(name, association) ?? options.admit?.(leaf);
    },
  });
  t.after(() => server.close());
  const objects = (): FileObject[] => [
    {
      id: 0,
      instances: { 1: { 0: server.uri, 1: false, 2: 4, 10: 101, 4: ca.certificate, 15: 2, ...options.security } },
    },
    { id: 1, instances: { 1: { 0: 101, 1: 300, 6: true, 7: "U" } } },
  ];
  const onIssued = (certificate: Uint8Array, name: string) =>
    void issued.push(`${name} ${parseCertificate(certificate).subject.text}`);
  const bootstrap = await BootstrapServer.start({
    plan: () => ({ session: provisioningSteps(objects()) }),
    est: new EstResources({ authority, onIssued, ...options.est }),
    security: {
      certificate: { own: await ca.issueServer(), verifier: clientsOf([simCa.certificate, ca.certificate]) },
    },
  });
  t.after(() => bootstrap.close());
  return { bootstrap, server, seen, issued };
}
