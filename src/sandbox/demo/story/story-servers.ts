import type { CertificateVerifier } from "../../../credentials/ports/certificate-verifier.ts";
import { parseCertificate } from "../../../pki/certificate.ts";
import { PathValidator } from "../../../pki/path-validator.ts";
import { systemWallClock } from "../../../platform/clock.ts";
import { toHex } from "../../../util/bytes.ts";
import type { FileObject } from "../../bootstrap-file.ts";
import { BootstrapServer } from "../../bootstrap-server.ts";
import { provisioningSteps } from "../../bootstrap-step.ts";
import { commonNameAdmission } from "../../common-name-admission.ts";
import { EstAuthority } from "../../est-authority.ts";
import { EstResources } from "../../est-resources.ts";
import { LwM2mServer } from "../../lwm2m-server.ts";
import type { SandboxCa } from "../../sandbox-ca.ts";

/** A certificate as the story tells of it. */
export interface SeenCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
}

export interface StoryServers {
  readonly bootstrap: BootstrapServer;
  readonly management: LwM2mServer;
  /** Each leaf that was shown to the management server in a handshake, taken or not. */
  readonly shown: readonly SeenCertificate[];
  close(): Promise<void>;
}

/** Who made the SIM, and who runs the service. */
export interface StoryAuthorities {
  readonly simMaker: SandboxCa;
  readonly operator: SandboxCa;
}

/** A bootstrap server with EST that takes the SIM's own certificate, and a management server that does not. */
export async function startServers(
  { simMaker, operator }: StoryAuthorities,
  step: (text: string) => void,
): Promise<StoryServers> {
  const shown: SeenCertificate[] = [];
  const management = await LwM2mServer.start({
    security: {
      certificate: {
        own: await operator.issueServer(),
        verifier: watched(clientsOf(operator), (leaf) => shown.push(leaf)),
      },
    },
    admit: commonNameAdmission,
    listener: {
      registered: ({ location, lifetime }) =>
        step(`  management server: registered at /${location.join("/")} for ${lifetime} s`),
      deregistered: ({ location }) => step(`  management server: de-registered /${location.join("/")}`),
    },
  });
  const authority = await EstAuthority.of(operator.certificate, await operator.privateKeyPem());
  const onIssued = (certificate: Uint8Array, name: string): void =>
    step(`  EST server: ${name} answered with ${certificateText(seen(certificate))}`);
  const objects = accountObjects(management.uri, operator);
  const bootstrap = await BootstrapServer.start({
    plan: () => ({ session: provisioningSteps(objects) }),
    est: new EstResources({ authority, onIssued }),
    security: {
      certificate: { own: await operator.issueServer(), verifier: clientsOf(simMaker, operator) },
    },
  });
  const close = async (): Promise<void> => void (await Promise.all([bootstrap.close(), management.close()]));
  return { bootstrap, management, shown, close };
}

export function certificateText({ subject, issuer, serialNumber }: SeenCertificate): string {
  return `"${subject}", serial number ${serialNumber}, by "${issuer}"`;
}

/** Security mode 4: no certificate and no key for the device, and the operator's CA to know the server by. */
function accountObjects(uri: string, operator: SandboxCa): FileObject[] {
  const security = { 0: uri, 1: false, 2: 4, 4: operator.certificate, 10: 123, 15: 2 };
  const server = { 0: 123, 1: 300, 6: true, 7: "U" };
  return [
    { id: 0, instances: { 1: security } },
    { id: 1, instances: { 0: server } },
  ];
}

function clientsOf(...authorities: readonly SandboxCa[]): PathValidator {
  const anchors = authorities.map(({ certificate }) => certificate);
  return new PathValidator({ anchors, peer: { role: "client" }, clock: systemWallClock });
}

function watched(verifier: CertificateVerifier, see: (leaf: SeenCertificate) => void): CertificateVerifier {
  return {
    verify: (chain, signal) => {
      const [leaf] = chain;
      if (leaf) see(seen(leaf));
      return verifier.verify(chain, signal);
    },
  };
}

function seen(leaf: Uint8Array): SeenCertificate {
  const { subject, issuer, serialNumber } = parseCertificate(leaf);
  return { subject: subject.text, issuer: issuer.text, serialNumber: toHex(serialNumber) };
}
