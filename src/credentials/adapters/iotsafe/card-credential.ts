import { sha256 } from "../../../crypto/hash.ts";
import { encodeTlv, readTlv } from "../../../smartcard/ber-tlv.ts";
import { ByteReader, ByteWriter, concatBytes, decodeUtf8, equalBytes } from "../../../util/bytes.ts";
import { certificatePublicKey } from "../certificate-public-key.ts";
import { encodeSelector, type ObjectSelector } from "./object-selector.ts";
import { Tag } from "./object-tags.ts";

/** A key on the card and the certificate for it. */
export interface CardCredential {
  readonly key: ObjectSelector;
  readonly certificateFile: ObjectSelector;
  /** Of the file, where the card said it; the certificate is often shorter. */
  readonly fileSize?: number;
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** SubjectPublicKeyInfo (DER) of the leaf. */
  readonly publicKey: Uint8Array;
}

/** Which card it was read from. */
export interface CardIdentity {
  readonly uniqueAppletId: Uint8Array;
  readonly aid: Uint8Array;
}

const cacheTag = { aid: 0x4f, publicKeyHash: 0xc0, certificate: 0xc1 } as const;

/** The credential as a cache keeps it, bound to card, application, file, size and public key. */
export function encodeCardCredential(credential: CardCredential, identity: CardIdentity): Uint8Array {
  const parts = [
    ...identityParts(identity),
    encodeSelector("private-key", credential.key),
    encodeSelector("file", credential.certificateFile),
    encodeTlv(cacheTag.publicKeyHash, sha256(credential.publicKey)),
    ...credential.chain.map((certificate) => encodeTlv(cacheTag.certificate, certificate)),
  ];
  if (credential.fileSize !== undefined) {
    parts.push(encodeTlv(Tag.fileSize, new ByteWriter().uint32(credential.fileSize).finish()));
  }
  return concatBytes(parts);
}

/** Throws DecodeError, also for a record of another card or with a certificate for another key than it says. */
export function decodeCardCredential(bytes: Uint8Array, identity: CardIdentity): CardCredential {
  const reader = new ByteReader(bytes, "cached card credential");
  for (const part of identityParts(identity)) {
    if (!equalBytes(reader.bytes(part.length), part)) reader.fail("of another card or applet");
  }
  const key = decodeSelector(reader, Tag.privateKeyId, Tag.privateKeyLabel);
  const certificateFile = decodeSelector(reader, Tag.fileId, Tag.fileLabel);
  const publicKeyHash = readTlv(reader);
  const chain: Uint8Array[] = [];
  let fileSize: number | undefined;
  while (reader.remaining > 0) {
    const { tag, value } = readTlv(reader);
    if (tag === cacheTag.certificate) chain.push(value.slice());
    else if (tag === Tag.fileSize) fileSize = new ByteReader(value, "cached file size").uint32();
    else reader.fail(`tag ${tag} unknown`);
  }
  const [leaf] = chain;
  if (leaf === undefined) return reader.fail("no certificate");
  const publicKey = certificatePublicKey(leaf);
  if (!equalBytes(publicKeyHash.value, sha256(publicKey))) reader.fail("certificate for another key");
  return { key, certificateFile, ...(fileSize !== undefined && { fileSize }), chain, publicKey };
}

function identityParts(identity: CardIdentity): readonly Uint8Array[] {
  return [encodeTlv(Tag.uniqueAppletId, identity.uniqueAppletId), encodeTlv(cacheTag.aid, identity.aid)];
}

function decodeSelector(reader: ByteReader, idTag: number, labelTag: number): ObjectSelector {
  const { tag, value } = readTlv(reader);
  if (tag === idTag) return { id: value.slice() };
  return tag === labelTag ? { label: decodeUtf8(value, "cached label") } : reader.fail(`tag ${tag} unknown`);
}
