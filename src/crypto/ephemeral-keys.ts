import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync } from "node:crypto";
import { concatBytes, fromHex } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import { nodeBuffer, plainBytes } from "./plain-bytes.ts";
import { type EphemeralKeyPair, type EphemeralKeys, NamedGroup } from "./ports.ts";

/** Ephemeral keys made and used by OpenSSL. */
export const nodeEphemeralKeys: EphemeralKeys = {
  generate(group) {
    switch (group) {
      case NamedGroup.secp256r1:
        return generateOnCurve(group, "prime256v1", 32);
      case NamedGroup.secp384r1:
        return generateOnCurve(group, "secp384r1", 48);
      case NamedGroup.x25519:
        return generateX25519();
    }
  },
};

function generateOnCurve(group: NamedGroup, curve: string, coordinateBytes: number): EphemeralKeyPair {
  const ecdh = createECDH(curve);
  const publicKey = plainBytes(ecdh.generateKeys());
  return {
    group,
    publicKey,
    agree(peerPublicKey) {
      checkUncompressed(peerPublicKey, coordinateBytes);
      // OpenSSL itself refuses a point that is not on the curve.
      return orBadPeerKey("not a point of the curve", () => plainBytes(ecdh.computeSecret(peerPublicKey)));
    },
  };
}

/** RFC 8422 §5.1.1 leaves uncompressed points alone; OpenSSL would take compressed and hybrid ones too. */
function checkUncompressed(point: Uint8Array, coordinateBytes: number): void {
  const expected = 1 + 2 * coordinateBytes;
  if (point.length !== expected) throw badPeerKey(`${point.length} bytes, ${expected} expected`);
  if (point[0] !== 4) throw badPeerKey("not in uncompressed form (first byte 04)");
}

/** SubjectPublicKeyInfo of X25519 up to the key (RFC 8410 §4). */
const x25519Prefix = fromHex("302a300506032b656e032100");

function generateX25519(): EphemeralKeyPair {
  const pair = generateKeyPairSync("x25519");
  const spki = plainBytes(pair.publicKey.export({ type: "spki", format: "der" }));
  return {
    group: NamedGroup.x25519,
    publicKey: spki.slice(x25519Prefix.length),
    agree(peerPublicKey) {
      if (peerPublicKey.length !== 32) throw badPeerKey(`${peerPublicKey.length} bytes, 32 expected`);
      const peerSpki = nodeBuffer(concatBytes([x25519Prefix, peerPublicKey]));
      const secret = orBadPeerKey("a point of small order", () => {
        const publicKey = createPublicKey({ key: peerSpki, format: "der", type: "spki" });
        return diffieHellman({ privateKey: pair.privateKey, publicKey });
      });
      // RFC 7748 §6.1 and RFC 8422 §5.11; OpenSSL refuses it as well.
      if (secret.every((byte) => byte === 0)) throw badPeerKey("a point of small order");
      return plainBytes(secret);
    },
  };
}

function orBadPeerKey(problem: string, compute: () => Uint8Array): Uint8Array {
  try {
    return compute();
  } catch (cause) {
    throw badPeerKey(problem, { cause });
  }
}

function badPeerKey(problem: string, options?: ErrorOptions): CodedError {
  return new CodedError("BAD_PEER_KEY", `the peer's ephemeral public key is unusable: ${problem}`, options);
}
