import type { InstanceContent } from "./configuration.ts";
import { booleanOf, bytesOf, linkOf, numberOf, numbersOf, textOf, textsOf } from "./content-values.ts";

/** /0/x/2. "est" is X.509 with enrolment over secure transport. */
export type SecurityMode = "psk" | "rpk" | "x509" | "nosec" | "est";

/** By number. */
export const securityModes: readonly SecurityMode[] = ["psk", "rpk", "x509", "nosec", "est"];

/** Resource ids of the Security object (/0). */
export const SecurityResource = {
  uri: 0,
  bootstrap: 1,
  mode: 2,
  publicKeyOrIdentity: 3,
  serverPublicKey: 4,
  secretKey: 5,
  shortServerId: 10,
  holdOff: 11,
  accountTimeout: 12,
  matchingType: 13,
  sni: 14,
  certificateUsage: 15,
  cipherSuites: 16,
  oscore: 17,
  groups: 18,
  secondaryUris: 25,
} as const;

/** One Security instance (/0) in plain types. What is empty is absent. */
export interface SecuritySettings {
  readonly instance: number;
  readonly uri: string;
  readonly bootstrap: boolean;
  readonly mode: SecurityMode;
  readonly publicKeyOrIdentity?: Uint8Array;
  readonly serverPublicKey?: Uint8Array;
  /** Never to be logged. */
  readonly secretKey?: Uint8Array;
  /** Meaningless on a bootstrap account. */
  readonly shortServerId?: number;
  /** Seconds; 0 when absent. */
  readonly holdOffSeconds: number;
  /** Seconds after a successful bootstrap; absent: the bootstrap account stays. */
  readonly accountTimeoutSeconds?: number;
  /** 0 exact, 1 SHA-256, 2 SHA-384, 3 SHA-512. */
  readonly matchingType: number;
  readonly sni?: string;
  /** As in RFC 6698: 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE (when absent). */
  readonly certificateUsage: number;
  /** IANA numbers; empty: the client's choice. */
  readonly cipherSuites: readonly number[];
  readonly groups: readonly number[];
  readonly secondaryUris: readonly string[];
  /** True when /0/x/17 names an OSCORE instance. */
  readonly oscore: boolean;
}

/** Undefined when URI, bootstrap flag or mode is missing or no such mode exists: consistency.ts says which. */
export function readSecurity(instance: number, content: InstanceContent): SecuritySettings | undefined {
  const id = SecurityResource;
  const uri = textOf(content, id.uri);
  const bootstrap = booleanOf(content, id.bootstrap);
  const mode = securityModes[numberOf(content, id.mode) ?? -1];
  if (uri === undefined || bootstrap === undefined || mode === undefined) return undefined;
  return {
    instance,
    uri,
    bootstrap,
    mode,
    ...credentials(content),
    ...optional("shortServerId", numberOf(content, id.shortServerId)),
    holdOffSeconds: Math.max(0, numberOf(content, id.holdOff) ?? 0),
    ...optional("accountTimeoutSeconds", positive(numberOf(content, id.accountTimeout))),
    matchingType: numberOf(content, id.matchingType) ?? 0,
    ...optional("sni", textOf(content, id.sni) || undefined),
    certificateUsage: numberOf(content, id.certificateUsage) ?? 3,
    cipherSuites: numbersOf(content, id.cipherSuites),
    groups: numbersOf(content, id.groups),
    secondaryUris: textsOf(content, id.secondaryUris),
    oscore: (linkOf(content, id.oscore)?.objectId ?? 65535) !== 65535,
  };
}

function credentials(content: InstanceContent) {
  const id = SecurityResource;
  return {
    ...optional("publicKeyOrIdentity", bytesOf(content, id.publicKeyOrIdentity)),
    ...optional("serverPublicKey", bytesOf(content, id.serverPublicKey)),
    ...optional("secretKey", bytesOf(content, id.secretKey)),
  };
}

/** /0/x/12: 0 means for ever, as if it were absent. */
function positive(seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds > 0 ? seconds : undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  // A computed key widens to an index signature; the cast gives the type that it really has.
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
