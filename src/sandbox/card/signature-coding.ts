import { concatBytes } from "../../util/bytes.ts";
import type { Settings } from "./settings.ts";
import { Tag } from "./tags.ts";
import { tlv } from "./tlv.ts";

/** Tag 33 around a signature of 64 bytes (r and s), in the form that the settings ask for. */
export function encodeSignature(raw: Uint8Array, form: Settings["signatureForm"]): Uint8Array {
  switch (form) {
    case "raw":
      return tlv(Tag.signature, raw);
    case "raw-two-byte-length":
      return concatBytes([Uint8Array.of(Tag.signature, 0, raw.length), raw]);
    case "der":
      return tlv(Tag.signature, derSignature(raw));
  }
}

/** Ecdsa-Sig-Value (RFC 3279 §2.2.3), written here so that host and card share no encoder. */
function derSignature(raw: Uint8Array): Uint8Array {
  return tlv(0x30, concatBytes([derInteger(raw.subarray(0, 32)), derInteger(raw.subarray(32))]));
}

function derInteger(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const minimal = bytes.subarray(start < 0 ? bytes.length - 1 : start);
  return tlv(0x02, (minimal[0] ?? 0) < 0x80 ? minimal : concatBytes([Uint8Array.of(0), minimal]));
}
