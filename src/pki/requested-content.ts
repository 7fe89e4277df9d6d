import { encodeUtf8 } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import type { Certificate } from "./certificate.ts";
import { contextConstructed, contextPrimitive } from "./der.ts";
import { derElement, derNamedBits, derOctetString, derOid, derSequence, derSetOf, derText } from "./der-writer.ts";
import { KeyUsage } from "./extensions.ts";

/** What a device asks its certificate to say. */
export interface RequestProfile {
  /** The subject's CN: an LwM2M endpoint name. */
  readonly commonName: string;
  /** The subject's serialNumber attribute (2.5.4.5), as IEEE 802.1AR §8.6 wants it. */
  readonly serialNumber?: string;
  readonly alternativeNames?: readonly AlternativeName[];
  /** ["digitalSignature"] when absent; none: no such extension. */
  readonly keyUsage?: readonly (keyof typeof KeyUsage)[];
  /** OIDs; [clientAuth] when absent; none: no such extension. */
  readonly extendedKeyUsage?: readonly string[];
}

export type AlternativeName =
  | { readonly kind: "uri"; readonly uri: string }
  | { readonly kind: "dns"; readonly name: string }
  /** hardwareModuleName (RFC 4108 §5): the type of hardware as an OID and the serial number of the module. */
  | { readonly kind: "hardwareModule"; readonly type: string; readonly serialNumber: Uint8Array };

export interface RequestedExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** DER of the extension's value. */
  readonly value: Uint8Array;
}

/** What a certificate request asks for. */
export interface RequestedContent {
  /** Name, DER. */
  readonly subject: Uint8Array;
  readonly extensions: readonly RequestedExtension[];
  /** PKCS #9 challengePassword (RFC 2985 §5.4.1). In EST a proof that request and session belong together. */
  readonly challengePassword?: string;
}

export const clientAuth = "1.3.6.1.5.5.7.3.2";
const oids = {
  commonName: "2.5.4.3",
  serialNumber: "2.5.4.5",
  keyUsage: "2.5.29.15",
  subjectAlternativeName: "2.5.29.17",
  extendedKeyUsage: "2.5.29.37",
  hardwareModuleName: "1.3.6.1.5.5.7.8.4",
} as const;

/** Throws CodedError "BAD_REQUEST_PROFILE" that names the part to look at. */
export function contentFromProfile(profile: RequestProfile): RequestedContent {
  const { alternativeNames = [] } = profile;
  const names = alternativeNames.length > 0 ? [alternativeNameExtension(alternativeNames)] : [];
  return { subject: subjectOf(profile), extensions: [...usageExtensions(profile), ...names] };
}

/**
 * The content of a re-enrolment: subject and alternative name byte for byte as in the present certificate
 * (RFC 7030 §4.2.2); the profile says the usages alone.
 */
export function contentFromCertificate(present: Certificate, profile: RequestProfile): RequestedContent {
  const { subjectAlternativeNameDer: value } = present.extensions;
  // Critical exactly where the subject is empty (RFC 5280 §4.2.1.6).
  const critical = present.subject.rdns.length === 0;
  const names = value ? [{ oid: oids.subjectAlternativeName, critical, value }] : [];
  return { subject: present.subject.der, extensions: [...usageExtensions(profile), ...names] };
}

function subjectOf({ commonName, serialNumber }: RequestProfile): Uint8Array {
  const names = [attribute(oids.commonName, checkText("commonName", commonName, 64))];
  if (serialNumber !== undefined) names.push(attribute(oids.serialNumber, checkText("serialNumber", serialNumber, 64)));
  return derSequence(...names.map((each) => derSetOf([each])));
}

function attribute(oid: string, text: string): Uint8Array {
  return derSequence(derOid(oid), derText(text));
}

/** Upper bounds of RFC 5280 appendix A.1. */
function checkText(field: string, text: string, maxLength: number): string {
  if (text.length > 0 && text.length <= maxLength) return text;
  throw badProfile(`${field} must have 1 to ${maxLength} characters, not ${text.length}`);
}

function usageExtensions({ keyUsage, extendedKeyUsage }: RequestProfile): readonly RequestedExtension[] {
  const bits = (keyUsage ?? ["digitalSignature"]).map((name) => KeyUsage[name]);
  const purposes = (extendedKeyUsage ?? [clientAuth]).map((oid) => profileOid("extendedKeyUsage", oid));
  const extensions: RequestedExtension[] = [];
  if (bits.length > 0) extensions.push({ oid: oids.keyUsage, critical: true, value: derNamedBits(bits) });
  if (purposes.length > 0)
    extensions.push({ oid: oids.extendedKeyUsage, critical: false, value: derSequence(...purposes) });
  return extensions;
}

function alternativeNameExtension(names: readonly AlternativeName[]): RequestedExtension {
  const value = derSequence(...names.map(generalName));
  return { oid: oids.subjectAlternativeName, critical: false, value };
}

function generalName(name: AlternativeName): Uint8Array {
  switch (name.kind) {
    case "uri":
      return derElement(contextPrimitive(6), ia5(name.kind, name.uri));
    case "dns":
      return derElement(contextPrimitive(2), ia5(name.kind, name.name));
    case "hardwareModule": {
      const type = profileOid("hardwareModule type", name.type);
      const module = derSequence(type, derOctetString(name.serialNumber));
      return derElement(
        contextConstructed(0),
        derOid(oids.hardwareModuleName),
        derElement(contextConstructed(0), module),
      );
    }
  }
}

function ia5(kind: string, text: string): Uint8Array {
  if (/^[\x21-\x7e]+$/.test(text)) return encodeUtf8(text);
  throw badProfile(`alternative name of kind ${kind} must be printable ASCII without spaces`);
}

function profileOid(field: string, dotted: string): Uint8Array {
  try {
    return derOid(dotted);
  } catch (cause) {
    throw badProfile(`${field} has "${dotted}", which is not an object identifier`, cause);
  }
}

function badProfile(problem: string, cause?: unknown): CodedError {
  return new CodedError("BAD_REQUEST_PROFILE", `certificate request: ${problem}`, { cause });
}
