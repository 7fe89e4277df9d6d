import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { plainBytes } from "./plain-bytes.ts";

/** HMAC-SHA256 (RFC 2104). The key may have any length, also none. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmacSha256With(createSecretKey(key), [bytes]);
}

/** For many values under one key: the parts are hashed as if joined. */
export function hmacSha256With(key: KeyObject, parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return plainBytes(hmac.digest());
}
