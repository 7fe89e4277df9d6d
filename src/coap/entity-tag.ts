/**
 * Eight bytes that change when the body does, equal for equal bodies: two 32-bit FNV-1a hashes with different starts.
 * It tells versions of one resource apart (RFC 7252 §5.10.6) and protects against nobody.
 */
export function entityTag(body: Uint8Array): Uint8Array {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  // By index: an iterator takes several times as long, and bodies are megabytes.
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] ?? 0;
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x01000193);
  }
  const tag = new DataView(new ArrayBuffer(8));
  tag.setUint32(0, a >>> 0);
  tag.setUint32(4, b >>> 0);
  return new Uint8Array(tag.buffer);
}
