import { ByteReader, ByteWriter } from "../../../util/bytes.ts";

/**
 * ClientKeyExchange: which fields are there depends on the suite's key exchange.
 * ECDHE_ECDSA (RFC 8422 §5.7): `publicKey`; PSK (RFC 4279 §2): `identity`; ECDHE_PSK (RFC 5489 §2): both.
 */
export interface ClientKeyExchange {
  readonly identity?: Uint8Array;
  readonly publicKey?: Uint8Array;
}

export interface ClientKeyExchangeShape {
  readonly psk: boolean;
  readonly ephemeral: boolean;
}

export function decodeClientKeyExchange(body: Uint8Array, shape: ClientKeyExchangeShape): ClientKeyExchange {
  const reader = new ByteReader(body, "ClientKeyExchange");
  const identity = shape.psk ? { identity: reader.vector(2) } : {};
  const publicKey = shape.ephemeral ? { publicKey: reader.vector(1, 1) } : {};
  reader.end();
  return { ...identity, ...publicKey };
}

export function encodeClientKeyExchange({ identity, publicKey }: ClientKeyExchange): Uint8Array {
  const writer = new ByteWriter();
  if (identity) writer.vector(2, identity);
  if (publicKey) writer.vector(1, publicKey);
  return writer.finish();
}
