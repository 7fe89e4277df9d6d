import type { Certificate } from "./certificate.ts";
import { beginsWith, commonNames, emailAddresses } from "./distinguished-name.ts";
import type { NameConstraints } from "./extensions.ts";
import type { GeneralName } from "./general-name.ts";

/**
 * Why a certificate breaks an issuer's name constraints, undefined when it keeps them (RFC 5280 §4.2.1.10, §6.1.3 (b), (c)).
 * A constraint on a kind of name that we cannot compare refuses every name of that kind.
 */
export function brokenNameConstraint(certificate: Certificate, constraints: NameConstraints): string | undefined {
  for (const name of namesOf(certificate)) {
    const permitted = constraints.permitted.filter((base) => sameKind(base, name));
    const excluded = constraints.excluded.filter((base) => sameKind(base, name));
    if (permitted.length + excluded.length === 0) continue;
    if (!canCompare(name)) return `has a name of a kind that is constrained and cannot be compared (${name.kind})`;
    if (permitted.length > 0 && !permitted.some((base) => inSubtree(name, base)))
      return `has a name outside of its issuer's permitted names: ${describe(name)}`;
    if (excluded.some((base) => inSubtree(name, base) || wildcardReaches(name, base)))
      return `has a name among its issuer's excluded names: ${describe(name)}`;
  }
  return undefined;
}

/** Every name that somebody could take the certificate for. */
function namesOf(certificate: Certificate): readonly GeneralName[] {
  const alternatives = certificate.extensions.subjectAlternativeName;
  const subject = certificate.subject;
  const directory: GeneralName[] = subject.rdns.length > 0 ? [{ kind: "directory", name: subject }] : [];
  const emails = emailAddresses(subject).map((name): GeneralName => ({ kind: "email", name }));
  return [...directory, ...emails, ...(alternatives ?? hostsInCommonName(certificate))];
}

/** Without a SAN the CN may be matched as a host (see host-name.ts); a CA's CN is a title. */
function hostsInCommonName(certificate: Certificate): readonly GeneralName[] {
  if (certificate.extensions.basicConstraints?.ca) return [];
  const hosts = commonNames(certificate.subject).filter((name) => /^[A-Za-z0-9_*-]+(\.[A-Za-z0-9_-]+)+\.?$/.test(name));
  return hosts.map((name) => ({ kind: "dns", name }));
}

function sameKind(a: GeneralName, b: GeneralName): boolean {
  return a.kind === "other" && b.kind === "other" ? a.tag === b.tag : a.kind === b.kind;
}

function canCompare(name: GeneralName): boolean {
  return name.kind === "dns" || name.kind === "ip" || name.kind === "directory";
}

function inSubtree(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === "dns" && base.kind === "dns") return inDomain(hostOf(name.name), hostOf(base.name));
  if (name.kind === "ip" && base.kind === "ip") return inNetwork(name.bytes, base.bytes);
  return name.kind === "directory" && base.kind === "directory" && beginsWith(name.name, base.name);
}

/** `example.com` holds itself and all below; `.example.com` only what is below, as OpenSSL and others read it. */
function inDomain(host: string, domain: string): boolean {
  if (domain === "" || host === domain) return true;
  return host.endsWith(domain.startsWith(".") ? domain : `.${domain}`);
}

/** `*.example.com` may be used as `a.example.com`: an exclusion of that one name excludes the wildcard. */
function wildcardReaches(name: GeneralName, base: GeneralName): boolean {
  if (name.kind !== "dns" || base.kind !== "dns" || !name.name.startsWith("*.")) return false;
  const parent = hostOf(name.name).slice(1);
  const domain = hostOf(base.name).replace(/^\./, "");
  return domain.endsWith(parent) && !domain.slice(0, -parent.length).includes(".");
}

function hostOf(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function inNetwork(address: Uint8Array, addressAndMask: Uint8Array): boolean {
  if (addressAndMask.length !== 2 * address.length) return false;
  return address.every((byte, i) => {
    const mask = addressAndMask[address.length + i] ?? 0;
    return (byte & mask) === ((addressAndMask[i] ?? 0) & mask);
  });
}

function describe(name: GeneralName): string {
  if (name.kind === "dns") return name.name;
  return name.kind === "directory" ? name.name.text : "an IP address";
}
