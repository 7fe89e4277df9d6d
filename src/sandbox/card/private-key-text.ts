import { createPrivateKey, type KeyObject } from "node:crypto";
import { fromHex } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import { isScalar, toInteger } from "./p256.ts";
import type { Profile } from "./profile.ts";

type PrivateKeyText = NonNullable<Profile["keyPairs"][number]["privateKey"]>;

/** The private scalar (32 bytes) of a profile's key. Throws CodedError "BAD_SIM_KEY"; the message never holds the key. */
export function privateScalar(text: PrivateKeyText, slot: string): Uint8Array {
  const scalar = typeof text === "string" && !text.startsWith("-----") ? fromHex(text) : exported(text, slot);
  if (scalar.length !== 32 || !isScalar(toInteger(scalar))) throw badKey(slot);
  return scalar;
}

function exported(text: PrivateKeyText, slot: string): Uint8Array {
  const { crv, d } = keyObject(text, slot).export({ format: "jwk" });
  if (crv !== "P-256" || d === undefined) throw badKey(slot);
  return new Uint8Array(Buffer.from(d, "base64url"));
}

function keyObject(text: PrivateKeyText, slot: string): KeyObject {
  try {
    return typeof text === "string" ? createPrivateKey(text) : createPrivateKey({ key: text, format: "jwk" });
  } catch {
    throw badKey(slot);
  }
}

function badKey(slot: string): CodedError {
  return new CodedError(
    "BAD_SIM_KEY",
    `key pair ${slot}: a P-256 private key expected (32 bytes in hexadecimal, a JWK, or PEM without a password)`,
  );
}
