import { looksLikePem, parsePem } from "../../crypto/pem.ts";
import { encodeUtf8, fromHex, toHex } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { CardFile, ObjectStore, PrivateKey, PublicKey } from "./card-objects.ts";
import { decodePoint, publicPoint } from "./p256.ts";
import { privateScalar } from "./private-key-text.ts";
import type { Profile } from "./profile.ts";

/** The objects of a card from its profile. Throws CodedError "BAD_SIM_KEY" or "BAD_SIM_PROFILE". */
export function buildObjects(profile: Profile): ObjectStore {
  const privateKeys = profile.keyPairs.map(buildPair);
  return {
    privateKeys,
    publicKeys: [...privateKeys.map(({ publicKey }) => publicKey), ...profile.publicKeys.map(buildPublicKey)],
    files: profile.files.map(buildFile),
    secretKeys: profile.secretKeys.map((secret) => ({
      ...secret,
      kind: "secret",
      id: fromHex(secret.id),
      label: labelOf(secret),
    })),
  };
}

/** The profile with what the card has generated since: keys and identifiers. */
export function profileOf(profile: Profile, { privateKeys }: ObjectStore): Profile {
  const keyPairs = profile.keyPairs.map((pair, i) => {
    const key = privateKeys[i];
    return key === undefined ? pair : { ...pair, ...generated(key, pair) };
  });
  return { ...profile, keyPairs };
}

type PairProfile = Profile["keyPairs"][number];

/** A key that is still the same keeps the form in which it was written. */
function generated(key: PrivateKey, pair: PairProfile): Partial<PairProfile> {
  const ids = { privateId: toHex(key.id), publicId: toHex(key.publicKey.id) };
  if (key.scalar === undefined) return ids;
  const scalar = toHex(key.scalar);
  const same = pair.privateKey !== undefined && toHex(privateScalar(pair.privateKey, pair.privateId)) === scalar;
  return same ? ids : { ...ids, privateKey: scalar };
}

function buildPair(pair: PairProfile): PrivateKey {
  const { privateId, publicId, publicAccess, privateKey, ...attributes } = pair;
  const scalar = privateKey === undefined ? undefined : privateScalar(privateKey, privateId);
  const label = labelOf(pair);
  const point = scalar && publicPoint(scalar);
  const publicKey: PublicKey = {
    ...attributes,
    kind: "public",
    id: fromHex(publicId),
    label,
    point,
    access: publicAccess,
  };
  return { ...attributes, kind: "private", id: fromHex(privateId), label, scalar, publicKey };
}

function buildPublicKey({ publicKey, ...key }: Profile["publicKeys"][number]): PublicKey {
  const point = publicKey === undefined ? undefined : fromHex(publicKey);
  if (point !== undefined && decodePoint(point) === undefined) {
    throw new CodedError("BAD_SIM_PROFILE", `public key ${key.id}: an uncompressed point of P-256 expected`);
  }
  return { ...key, kind: "public", id: fromHex(key.id), label: labelOf(key), point };
}

function buildFile(file: Profile["files"][number]): CardFile {
  const bytes = fileBytes(file);
  const size = file.size ?? bytes.length;
  if (size < bytes.length || size > 0xffff) {
    throw new CodedError("BAD_SIM_PROFILE", `file ${file.id}: ${bytes.length} bytes of content, size ${size}`);
  }
  const content = new Uint8Array(size).fill(file.padding);
  content.set(bytes);
  return { ...file, kind: "file", id: fromHex(file.id), label: labelOf(file), content };
}

function fileBytes({ content, storedAs, id }: Profile["files"][number]): Uint8Array {
  const text = encodeUtf8(content);
  const isPem = looksLikePem(text);
  if (isPem && storedAs === "pem") return text;
  const bytes = isPem ? parsePem(text)[0]?.content : new Uint8Array(Buffer.from(content, "base64"));
  if (bytes === undefined) throw new CodedError("BAD_SIM_PROFILE", `file ${id}: PEM or base64 expected`);
  return storedAs === "der" ? bytes : encodeUtf8(pemOf(bytes));
}

function pemOf(certificate: Uint8Array): string {
  const lines = Buffer.from(certificate)
    .toString("base64")
    .replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function labelOf({ label }: { label?: string | undefined }): Uint8Array | undefined {
  return label === undefined ? undefined : encodeUtf8(label);
}
