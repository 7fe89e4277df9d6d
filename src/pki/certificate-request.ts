import type { Signer } from "../credentials/ports/signer.ts";
import { SignatureScheme } from "../crypto/signature-scheme.ts";
import { algorithmOf, verifyWithAlgorithm } from "../crypto/verify.ts";
import { CodedError } from "../util/coded-error.ts";
import { contextConstructed, DerReader, DerTag } from "./der.ts";
import { bitStringBytes, booleanOf, oidOf, smallInteger } from "./der-values.ts";
import {
  derBitString,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derSmallInteger,
  derText,
  derTrue,
} from "./der-writer.ts";
import { type DistinguishedName, readName, textOf } from "./distinguished-name.ts";
import type { RequestedContent, RequestedExtension } from "./requested-content.ts";
import { findAlgorithm, identifierOf } from "./signature-algorithm.ts";

/** A PKCS #10 certificate request (RFC 2986 §4), read and not yet believed. */
export interface CertificateRequest extends RequestedContent {
  readonly der: Uint8Array;
  /** What the signature covers. */
  readonly info: Uint8Array;
  readonly name: DistinguishedName;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

const challengePassword = "1.2.840.113549.1.9.7";
const extensionRequest = "1.2.840.113549.1.9.14";

/**
 * A signed request for the signer's key. Rejects with the signer's error, or with CodedError "REQUEST_NOT_SIGNED" when
 * its signature does not match its public key: a CA would only say that the request is bad.
 */
export async function createCertificateRequest(
  content: RequestedContent,
  signer: Signer,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const scheme = signer.schemes.find((each) => each === SignatureScheme.ecdsa_secp256r1_sha256) ?? signer.schemes[0];
  if (scheme === undefined) throw new CodedError("REQUEST_NOT_SIGNED", "the signer has no signature scheme");
  const algorithm = algorithmOf(scheme);
  const { publicKey } = signer;
  const info = encodeRequestInfo(content, publicKey);
  const signature = await signer.sign(info, scheme, signal);
  if (!verifyWithAlgorithm(publicKey, algorithm, info, signature))
    throw new CodedError("REQUEST_NOT_SIGNED", "the signature of the certificate request is not by the key it is for");
  return encodeCertificateRequest(info, identifierOf(algorithm), signature);
}

/** CertificationRequestInfo. Without extensions and challenge the attributes are an empty set, never absent. */
export function encodeRequestInfo(content: RequestedContent, publicKey: Uint8Array): Uint8Array {
  const attributes: Uint8Array[] = [];
  if (content.challengePassword !== undefined)
    attributes.push(encodeAttribute(challengePassword, derText(content.challengePassword)));
  if (content.extensions.length > 0)
    attributes.push(encodeAttribute(extensionRequest, derSequence(...content.extensions.map(encodeExtension))));
  const set = derSetOf(attributes, contextConstructed(0));
  return derSequence(derSmallInteger(0), content.subject, publicKey, set);
}

export function encodeCertificateRequest(info: Uint8Array, algorithm: Uint8Array, signature: Uint8Array): Uint8Array {
  return derSequence(info, algorithm, derBitString(signature));
}

/** Whether the holder of the requested key has signed the request, with an algorithm that certificates may have. */
export function isRequestSigned(request: CertificateRequest): boolean {
  const algorithm = findAlgorithm(request.signatureAlgorithm);
  return algorithm !== undefined && verifyWithAlgorithm(request.publicKey, algorithm, request.info, request.signature);
}

/** Strict DER with nothing after it. Attributes that are not known are passed over. Throws DecodeError. */
export function parseCertificateRequest(der: Uint8Array): CertificateRequest {
  const file = new DerReader(der, "certificate request");
  const outer = file.enter(DerTag.sequence);
  file.end();
  const info = outer.take(DerTag.sequence);
  const signatureAlgorithm = outer.take(DerTag.sequence).whole;
  const signature = bitStringBytes(outer.take(DerTag.bitString));
  outer.end();
  return { der, info: info.whole, ...readInfo(outer.inside(info)), signatureAlgorithm, signature };
}

function readInfo(info: DerReader) {
  if (smallInteger(info.take(DerTag.integer)) !== 0) info.fail("no such version");
  const name = readName(info);
  const publicKey = info.take(DerTag.sequence).whole;
  const attributes = info.enter(contextConstructed(0));
  info.end();
  return { subject: name.der, name, publicKey, ...readAttributes(attributes) };
}

function readAttributes(attributes: DerReader): Omit<RequestedContent, "subject"> {
  let extensions: readonly RequestedExtension[] = [];
  let challenge: string | undefined;
  const seen = new Set<string>();
  while (!attributes.done) {
    const attribute = attributes.enter(DerTag.sequence);
    const oid = oidOf(attribute.take(DerTag.oid));
    const values = attribute.enter(DerTag.set);
    attribute.end();
    if (seen.has(oid)) attribute.fail(`attribute ${oid} is there twice`);
    seen.add(oid);
    if (oid === extensionRequest) extensions = readExtensionRequest(values);
    else if (oid === challengePassword) challenge = textOf(values.next()) ?? values.fail("challenge is not text");
    else continue;
    values.end();
  }
  return { extensions, ...(challenge !== undefined && { challengePassword: challenge }) };
}

function readExtensionRequest(values: DerReader): readonly RequestedExtension[] {
  const list = values.enter(DerTag.sequence);
  const extensions: RequestedExtension[] = [];
  while (!list.done) {
    const extension = list.enter(DerTag.sequence);
    const oid = oidOf(extension.take(DerTag.oid));
    const flag = extension.optional(DerTag.boolean);
    const value = extension.take(DerTag.octetString).content;
    extension.end();
    extensions.push({ oid, critical: flag !== undefined && booleanOf(flag), value });
  }
  return extensions;
}

function encodeAttribute(oid: string, value: Uint8Array): Uint8Array {
  return derSequence(derOid(oid), derSetOf([value]));
}

function encodeExtension({ oid, critical, value }: RequestedExtension): Uint8Array {
  return derSequence(derOid(oid), ...(critical ? [derTrue] : []), derOctetString(value));
}
