/** HandshakeType (RFC 5246 §7.4, RFC 6347 §4.3.2). */
export const HandshakeType = {
  hello_request: 0,
  client_hello: 1,
  server_hello: 2,
  hello_verify_request: 3,
  certificate: 11,
  server_key_exchange: 12,
  certificate_request: 13,
  server_hello_done: 14,
  certificate_verify: 15,
  client_key_exchange: 16,
  finished: 20,
} as const;
export type HandshakeType = (typeof HandshakeType)[keyof typeof HandshakeType];

const names = new Map<number, string>(Object.entries(HandshakeType).map(([name, type]) => [type, name]));

/** The RFC's name, or the number where there is none. */
export function handshakeTypeName(type: number): string {
  return names.get(type) ?? `handshake type ${type}`;
}
