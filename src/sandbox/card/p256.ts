import { createECDH } from "node:crypto";

/**
 * Just enough of the curve secp256r1 (SEC 2 §2.4.2) for a simulated card. Multiples of the generator come from
 * node:crypto; the rest is BigInt arithmetic, **not constant time**: for the sandbox only.
 */
export const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** An affine point; `undefined` stands for the point at infinity. */
export type Point = { readonly x: bigint; readonly y: bigint } | undefined;

export function isScalar(scalar: bigint): boolean {
  return scalar > 0n && scalar < order;
}

/** scalar·G; the scalar is taken modulo the order. */
export function multiplyBase(scalar: bigint): Point {
  const reduced = mod(scalar, order);
  return reduced === 0n ? undefined : decodePoint(publicPoint(toBytes(reduced)));
}

/** The uncompressed public point (65 bytes) of a private scalar of 32 bytes, which must be from 1 to the order less 1. */
export function publicPoint(scalar: Uint8Array): Uint8Array {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(scalar);
  return new Uint8Array(ecdh.getPublicKey());
}

/** Double and add, most significant bit first. */
export function multiply(scalar: bigint, point: Point): Point {
  let result: Point;
  for (const bit of mod(scalar, order).toString(2)) {
    result = add(result, result);
    if (bit === "1") result = add(result, point);
  }
  return result;
}

export function add(left: Point, right: Point): Point {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (left.x === right.x && mod(left.y + right.y, p) === 0n) return undefined;
  const slope =
    left.x === right.x
      ? (3n * left.x * left.x - 3n) * inverse(2n * left.y, p)
      : (right.y - left.y) * inverse(right.x - left.x, p);
  const x = mod(slope * slope - left.x - right.x, p);
  return { x, y: mod(slope * (left.x - x) - left.y, p) };
}

/** Takes the uncompressed form `04 X Y` only; `undefined` for anything that is not a point of the curve. */
export function decodePoint(bytes: Uint8Array): Point {
  if (bytes.length !== 65 || bytes[0] !== 4) return undefined;
  const x = toInteger(bytes.subarray(1, 33));
  const y = toInteger(bytes.subarray(33));
  if (x >= p || y >= p) return undefined;
  return mod(y * y - (x * x * x - 3n * x + b), p) === 0n ? { x, y } : undefined;
}

export function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** Extended Euclid; `value` must not be a multiple of the (prime) modulus. */
export function inverse(value: bigint, modulus: bigint): bigint {
  let [a, u] = [mod(value, modulus), 1n];
  let [c, v] = [modulus, 0n];
  while (a > 1n) {
    const quotient = c / a;
    [a, c] = [c - quotient * a, a];
    [u, v] = [v - quotient * u, u];
  }
  return mod(u, modulus);
}

/** 32 bytes, big-endian. */
export function toBytes(value: bigint): Uint8Array {
  const hex = value.toString(16).padStart(64, "0");
  return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

export function toInteger(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return value;
}
