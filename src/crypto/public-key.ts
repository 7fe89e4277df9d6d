import { createPublicKey, type KeyObject } from "node:crypto";
import { concatBytes, equalBytes, fromHex } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import { nodeBuffer, plainBytes } from "./plain-bytes.ts";

export type Curve = "P-256" | "P-384" | "P-521";

export type PublicKeyDescription =
  | { readonly kind: "ec"; readonly curve: Curve }
  /** `bits`: length of the modulus. */
  | { readonly kind: "rsa"; readonly bits: number };

/**
 * What a SubjectPublicKeyInfo (DER) holds; undefined for anything but a point on one of our curves, named and
 * uncompressed (RFC 5480 §2.1.1, §2.2), or an RSA key. Never throws.
 */
export function describePublicKey(spki: Uint8Array): PublicKeyDescription | undefined {
  const key = importPublicKey(spki);
  if (key?.asymmetricKeyType === "rsa") return { kind: "rsa", bits: key.asymmetricKeyDetails?.modulusLength ?? 0 };
  const curve = curveOf(spki);
  return key && curve ? { kind: "ec", curve } : undefined;
}

/** Bytes of one coordinate. */
export function coordinateLength(curve: Curve): number {
  return curveTable[curve].coordinateBytes;
}

/**
 * The SubjectPublicKeyInfo for an uncompressed point, as a card gives it. Throws CodedError "BAD_PUBLIC_KEY" when the
 * point is not on the curve.
 */
export function spkiFromPoint(curve: Curve, point: Uint8Array): Uint8Array {
  const spki = concatBytes([curveTable[curve].prefix, point]);
  if (!describePublicKey(spki)) throw badPublicKey(`${point.length} bytes are not an uncompressed point on ${curve}`);
  return spki;
}

/** The uncompressed point (04, x, y) of an EC key. Throws CodedError "BAD_PUBLIC_KEY" for any other key. */
export function pointFromSpki(spki: Uint8Array): Uint8Array {
  const curve = curveOf(spki);
  if (!curve || !describePublicKey(spki)) throw badPublicKey("not an EC key on P-256, P-384 or P-521");
  return spki.slice(curveTable[curve].prefix.length);
}

/** For this folder alone: the key as node:crypto holds it, or undefined when it is not usable. */
export function importPublicKey(spki: Uint8Array): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: nodeBuffer(spki), format: "der", type: "spki" });
    if (key.asymmetricKeyType === "ec") return curveOf(spki) ? key : undefined;
    if (key.asymmetricKeyType !== "rsa") return undefined;
    // OpenSSL ignores what follows the structure; a key with two spellings could pass a comparison by bytes.
    return equalBytes(plainBytes(key.export({ type: "spki", format: "der" })), spki) ? key : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The structure up to the point is constant for a named curve, so comparing it is the strictest parser there is:
 * explicit curve parameters, which OpenSSL would take, cannot pass.
 */
const curveTable: Record<Curve, { readonly prefix: Uint8Array; readonly coordinateBytes: number }> = {
  "P-256": { prefix: fromHex("3059301306072a8648ce3d020106082a8648ce3d030107034200"), coordinateBytes: 32 },
  "P-384": { prefix: fromHex("3076301006072a8648ce3d020106052b81040022036200"), coordinateBytes: 48 },
  "P-521": { prefix: fromHex("30819b301006072a8648ce3d020106052b8104002303818600"), coordinateBytes: 66 },
};

const curves = ["P-256", "P-384", "P-521"] as const satisfies readonly Curve[];

function curveOf(spki: Uint8Array): Curve | undefined {
  return curves.find((curve) => {
    const { prefix, coordinateBytes } = curveTable[curve];
    if (spki.length !== prefix.length + 1 + 2 * coordinateBytes) return false;
    return equalBytes(spki.subarray(0, prefix.length), prefix) && spki[prefix.length] === 4;
  });
}

function badPublicKey(problem: string): CodedError {
  return new CodedError("BAD_PUBLIC_KEY", `unusable public key: ${problem}`);
}
