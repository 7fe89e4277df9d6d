import { NamedGroup } from "../../crypto/ports.ts";
import { cipherSuites, findCipherSuite, usesCertificates } from "../../dtls/cipher-suites.ts";
import type { ConsistencyPolicy } from "../../lwm2m/bootstrap/consistency.ts";
import type { SecurityMode, SecuritySettings } from "../../lwm2m/bootstrap/security-settings.ts";
import type { ObjectRegistry } from "../../lwm2m/model/object-registry.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { describeError } from "../../util/coded-error.ts";
import type { AgentConfig } from "../config/config-schema.ts";
import { credentialOfAccount } from "./account-credential.ts";
import { type AccountSecurity, accountSecurity, isEnrolled, modeOfCredential } from "./account-security.ts";

/** Raw public keys are not here: the DTLS layer does not have them. */
const plainModes: readonly SecurityMode[] = ["psk", "x509", "nosec"];

/** What an account may ask of this device. */
export function securityPolicy(config: AgentConfig, definitions: ObjectRegistry): ConsistencyPolicy {
  const securityOf = (settings: SecuritySettings) => accountSecurity(config, settings);
  const { enrolment } = config;
  return {
    modes: new Set<SecurityMode>(enrolment ? [...plainModes, "est"] : plainModes),
    transports: "U",
    definition: (id) => definitions.find(id),
    hasOwnCredential: (settings) => isEnrolled(config, settings) || hasFittingCredential(securityOf(settings)),
    // One that the configuration names is tried even so: the handshake says what is missing.
    hasTrustStore: (settings) =>
      securityOf(settings).configured || securityOf(settings).trust !== undefined || isGivenAnchors(config, settings),
    inspect: (settings) => [...unusableKeys(securityOf(settings)), ...unusableChoices(settings)],
  };
}

/** They come with the certificate, before the account is used. */
function isGivenAnchors(config: AgentConfig, settings: SecuritySettings): boolean {
  return isEnrolled(config, settings) && config.enrolment?.caCertificates === "use";
}

function hasFittingCredential({ credential, settings }: AccountSecurity): boolean {
  if (credential === undefined) return false;
  return (modeOfCredential(credential) === "psk") === (settings.mode === "psk");
}

/** Whether keys and certificates can be read, and belong together. */
function unusableKeys(account: AccountSecurity): string[] {
  const { serverPublicKey, matchingType, mode } = account.settings;
  const problems = [problemOf("the key (resource 5) or certificate (resource 3)", () => credentialOfAccount(account))];
  if (serverPublicKey && matchingType === 0 && mode !== "psk")
    problems.push(problemOf("the server's certificate (resource 4)", () => parseCertificate(serverPublicKey)));
  return problems.flat();
}

function problemOf(what: string, attempt: () => unknown): string[] {
  try {
    attempt();
    return [];
  } catch (error) {
    return [`${what} cannot be used: ${describeError(error)}`];
  }
}

/** Lists of which we have nothing: a handshake could never succeed. */
function unusableChoices(settings: SecuritySettings): string[] {
  const { cipherSuites: wanted, groups } = settings;
  const hasSuite = wanted.length === 0 || usableSuites(settings).length > 0;
  const hasGroup = groups.length === 0 || usableGroups(settings).length > 0;
  const known = cipherSuites.map(({ id }) => id).join(", ");
  return [
    ...(hasSuite
      ? []
      : [`none of the cipher suites ${wanted.join(", ")} (resource 16) is supported; there are ${known}`]),
    ...(hasGroup ? [] : [`none of the groups ${groups.join(", ")} (resource 18) is supported`]),
  ];
}

/** /0/x/16 without what we do not have or what does not go with the mode; empty when the choice is the client's. */
export function usableSuites({ cipherSuites: wanted, mode }: SecuritySettings): number[] {
  return wanted.filter((id) => {
    const suite = findCipherSuite(id);
    return suite !== undefined && usesCertificates(suite) === (mode !== "psk");
  });
}

/** /0/x/18 without what we do not have. */
export function usableGroups({ groups }: SecuritySettings): NamedGroup[] {
  const known = Object.values(NamedGroup);
  return groups.flatMap((id) => known.find((group) => group === id) ?? []);
}
