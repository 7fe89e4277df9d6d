import { Buffer } from "node:buffer";

/** node:crypto answers with Buffer; the rest of the code only knows Uint8Array. A view of the same memory. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** For the few functions of node:crypto that are typed for Buffer. A view of the same memory. */
export function nodeBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
