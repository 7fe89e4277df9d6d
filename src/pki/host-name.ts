import { equalBytes } from "../util/bytes.ts";
import type { Certificate } from "./certificate.ts";
import { commonNames, printable } from "./distinguished-name.ts";
import type { GeneralName } from "./general-name.ts";
import { parseIpAddress } from "./ip-address.ts";

export interface NamePolicy {
  /** Lets the subject's CN stand for a SAN where there is none: RFC 6125 §6.4.4 retired that. */
  readonly allowCommonName: boolean;
}

/**
 * Why the certificate is not one for `expected`, undefined when it is (RFC 6125 §6, RFC 9525 §6). `expected`: a host name
 * in ASCII form or an IP literal, IPv6 with or without brackets.
 */
export function nameMismatch(certificate: Certificate, expected: string, policy: NamePolicy): string | undefined {
  const names = certificate.extensions.subjectAlternativeName;
  const address = parseIpAddress(expected);
  const matches = names
    ? names.some((name) => (address ? isAddress(name, address) : isHost(name, expected)))
    : policy.allowCommonName && commonNames(certificate.subject).some((name) => sameHostOrAddress(name, expected));
  return matches ? undefined : `is not for "${printable(expected)}": ${found(certificate, policy)}`;
}

/**
 * RFC 9525 §6.3: a wildcard is the whole leftmost label and stands for exactly one. Two labels must follow it, so that
 * nobody is given all of a top-level domain.
 */
export function matchesDnsName(pattern: string, host: string): boolean {
  const [first, ...rest] = labelsOf(pattern);
  const [hostFirst, ...hostRest] = labelsOf(host);
  if (!isHostName(host) || rest.join(".") !== hostRest.join(".")) return false;
  return first === "*" ? rest.length >= 2 && rest.every(isLabel) && hostFirst !== undefined : first === hostFirst;
}

function isHost(name: GeneralName, host: string): boolean {
  return name.kind === "dns" && matchesDnsName(name.name, host);
}

function isAddress(name: GeneralName, address: Uint8Array): boolean {
  return name.kind === "ip" && equalBytes(name.bytes, address);
}

function sameHostOrAddress(commonName: string, expected: string): boolean {
  const address = parseIpAddress(expected);
  if (!address) return !commonName.includes("*") && matchesDnsName(commonName, expected);
  const found = parseIpAddress(commonName);
  return found !== undefined && equalBytes(found, address);
}

function labelsOf(name: string): readonly string[] {
  const absolute = name.endsWith(".") ? name.slice(0, -1) : name;
  return absolute.toLowerCase().split(".");
}

function isHostName(name: string): boolean {
  return name.length <= 254 && labelsOf(name).every(isLabel);
}

/** Underscores are outside of the rule for host names but inside of real networks. */
function isLabel(label: string): boolean {
  return /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label);
}

function found(certificate: Certificate, policy: NamePolicy): string {
  const names = certificate.extensions.subjectAlternativeName;
  if (names) return `it is for ${names.slice(0, 10).map(describe).join(", ")}`;
  if (policy.allowCommonName) return "it has no subject alternative name, and its CN is another";
  return "it has no subject alternative name (its CN counts only where the configuration allows it)";
}

function describe(name: GeneralName): string {
  switch (name.kind) {
    case "dns":
    case "email":
    case "uri":
      return `"${printable(name.name)}"`;
    case "ip":
      return addressText(name.bytes);
    case "directory":
      return `"${name.name.text}"`;
    case "other":
      return "a name of another kind";
  }
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((bytes[2 * i] ?? 0) * 0x100 + (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return `[${groups.join(":")}]`;
}
