import { ByteWriter } from "../util/bytes.ts";

/**
 * The premaster secret of a PSK suite (RFC 4279 §2, RFC 5489 §2): other secret and PSK, each with its length before it.
 * `otherSecret` is the ECDH result of ECDHE_PSK; plain PSK puts as many zeros as the PSK is long.
 */
export function pskPremasterSecret(psk: Uint8Array, otherSecret?: Uint8Array): Uint8Array {
  return new ByteWriter()
    .vector(2, otherSecret ?? new Uint8Array(psk.length))
    .vector(2, psk)
    .finish();
}
