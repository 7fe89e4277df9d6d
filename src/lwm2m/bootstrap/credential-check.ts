import type { SecuritySettings } from "./security-settings.ts";

/** What this device has besides what bootstrap writes. */
export interface OwnCredentials {
  /** A credential of the device's own (a SIM's key, a file) serves this account when /0/x/5 is empty. */
  hasOwnCredential(security: SecuritySettings): boolean;
  /** There is a trust store for this account, for certificate usages 0 and 1. */
  hasTrustStore(security: SecuritySettings): boolean;
  /** Looks into keys and certificates, for example whether they parse; texts without key material. */
  inspect?(security: SecuritySettings): readonly string[];
}

/** What is wrong with the credentials of a mode (OMA LwM2M Transport 1.2 §5.2.8, §5.2.9); texts without key material. */
export function credentialProblems(security: SecuritySettings, own: OwnCredentials): string[] {
  switch (security.mode) {
    case "psk":
      return [...pskProblems(security, own), ...inspected(security, own)];
    case "rpk":
      return [...ownKeyProblems(security, own), ...serverKeyMissing(security), ...inspected(security, own)];
    case "x509":
      return [
        ...ownKeyProblems(security, own),
        ...serverCertificateProblems(security, own),
        ...inspected(security, own),
      ];
    case "est":
      return [...serverCertificateProblems(security, own), ...inspected(security, own)];
    case "nosec":
      return [];
  }
}

function inspected(security: SecuritySettings, own: OwnCredentials): readonly string[] {
  return own.inspect?.(security) ?? [];
}

/** RFC 7925 §4.2: 128 bytes of identity and 64 of key are what every peer takes. */
function pskProblems(security: SecuritySettings, own: OwnCredentials): string[] {
  const { publicKeyOrIdentity: identity, secretKey: key } = security;
  if (!key && own.hasOwnCredential(security)) return [];
  return [
    ...(identity ? [] : ["the PSK identity (resource 3) is missing"]),
    ...(identity && identity.length > 128
      ? [`the PSK identity has ${identity.length} bytes, at most 128 expected`]
      : []),
    ...(key ? [] : ["the PSK (resource 5) is missing"]),
    ...(key && key.length > 64 ? [`the PSK has ${key.length} bytes, at most 64 expected`] : []),
  ];
}

function ownKeyProblems(security: SecuritySettings, own: OwnCredentials): string[] {
  const { publicKeyOrIdentity, secretKey } = security;
  if (!secretKey && own.hasOwnCredential(security)) return [];
  const missing = "and this device has no credential of its own for this account";
  return [
    ...(publicKeyOrIdentity ? [] : ["the client's public key or certificate (resource 3) is missing"]),
    ...(secretKey ? [] : [`the private key (resource 5) is missing ${missing}`]),
  ];
}

function serverKeyMissing({ serverPublicKey }: SecuritySettings): string[] {
  return serverPublicKey ? [] : ["the server's public key (resource 4) is missing"];
}

/** Bytes of SHA-256, SHA-384 and SHA-512 by matching type; type 0 holds the certificate itself. */
const hashLengths: ReadonlyMap<number, number> = new Map([
  [1, 32],
  [2, 48],
  [3, 64],
]);

/** An account that would trust any server is refused. */
function serverCertificateProblems(security: SecuritySettings, own: OwnCredentials): string[] {
  const { serverPublicKey: held, certificateUsage, matchingType } = security;
  if (!held) return certificateUsage < 2 && own.hasTrustStore(security) ? [] : [noServerCertificate(certificateUsage)];
  const length = hashLengths.get(matchingType);
  if (length === undefined || held.length === length) return [];
  return [`matching type ${matchingType} needs a hash of ${length} bytes in resource 4, ${held.length} came`];
}

function noServerCertificate(usage: number): string {
  const need = usage < 2 ? "and this device has no trust store" : `and certificate usage ${usage} needs it`;
  return `the server's certificate (resource 4) is missing ${need}`;
}
