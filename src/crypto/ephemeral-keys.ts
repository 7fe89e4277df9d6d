import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type ECDH,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { concatBytes, fromHex } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import { nodeBuffer, plainBytes } from "./plain-bytes.ts";
import { type EphemeralKeyPair, type EphemeralKeys, NamedGroup } from "./ports.ts";

/** Ephemeral keys made and used by OpenSSL. */
export const nodeEphemeralKeys: EphemeralKeys = {
  generate(group) {
    if (group === NamedGroup.x25519) return x25519KeyPair(generateKeyPairSync("x25519").privateKey);
    const ecdh = createECDH(curveName(group));
    ecdh.generateKeys();
    return ecdhKeyPair(group, ecdh);
  },
};

/**
 * A key pair from its scalar, big-endian (X25519: 32 bytes as in RFC 7748 §5), for a virtual card and for test vectors.
 * Throws CodedError "BAD_PRIVATE_KEY" when the scalar is not of the group.
 */
export function keyPairFromScalar(group: NamedGroup, scalar: Uint8Array): EphemeralKeyPair {
  try {
    if (group === NamedGroup.x25519) return x25519KeyPair(x25519PrivateKey(scalar));
    const ecdh = createECDH(curveName(group));
    ecdh.setPrivateKey(scalar);
    return ecdhKeyPair(group, ecdh);
  } catch {
    throw new CodedError("BAD_PRIVATE_KEY", "unusable private key: the scalar is not of the group");
  }
}

type PrimeGroup = Exclude<NamedGroup, typeof NamedGroup.x25519>;

function curveName(group: PrimeGroup): string {
  return group === NamedGroup.secp256r1 ? "prime256v1" : "secp384r1";
}

function ecdhKeyPair(group: PrimeGroup, ecdh: ECDH): EphemeralKeyPair {
  const coordinateBytes = group === NamedGroup.secp256r1 ? 32 : 48;
  return {
    group,
    publicKey: plainBytes(ecdh.getPublicKey()),
    agree(peerPublicKey) {
      checkUncompressed(peerPublicKey, coordinateBytes);
      // OpenSSL itself refuses a point that is not on the curve.
      return orBadPeerKey("not a point of the curve", () => plainBytes(ecdh.computeSecret(peerPublicKey)));
    },
  };
}

/** RFC 8422 §5.4.1 leaves uncompressed points alone; OpenSSL would take compressed and hybrid ones too. */
function checkUncompressed(point: Uint8Array, coordinateBytes: number): void {
  const expected = 1 + 2 * coordinateBytes;
  if (point.length !== expected) throw badPeerKey(`${point.length} bytes, ${expected} expected`);
  if (point[0] !== 4) throw badPeerKey("not in uncompressed form (first byte 04)");
}

/** SubjectPublicKeyInfo and PrivateKeyInfo of X25519 up to the key (RFC 8410 §4, §7). */
const x25519PublicPrefix = fromHex("302a300506032b656e032100");
const x25519PrivatePrefix = fromHex("302e020100300506032b656e04220420");

function x25519PrivateKey(scalar: Uint8Array): KeyObject {
  const pkcs8 = nodeBuffer(concatBytes([x25519PrivatePrefix, scalar]));
  return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
}

function x25519KeyPair(privateKey: KeyObject): EphemeralKeyPair {
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return {
    group: NamedGroup.x25519,
    publicKey: plainBytes(spki).slice(x25519PublicPrefix.length),
    agree(peerPublicKey) {
      if (peerPublicKey.length !== 32) throw badPeerKey(`${peerPublicKey.length} bytes, 32 expected`);
      const secret = orBadPeerKey(smallOrder, () => x25519(privateKey, peerPublicKey));
      // RFC 7748 §6.1 and RFC 8422 §5.11; OpenSSL refuses it as well.
      if (secret.every((byte) => byte === 0)) throw badPeerKey(smallOrder);
      return secret;
    },
  };
}

function x25519(privateKey: KeyObject, peerPublicKey: Uint8Array): Uint8Array {
  const spki = nodeBuffer(concatBytes([x25519PublicPrefix, peerPublicKey]));
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  return plainBytes(diffieHellman({ privateKey, publicKey }));
}

const smallOrder = "a point of small order";

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
