/** DTLS versions are the ones' complement of the TLS ones (RFC 6347 §4.1). */
export const ProtocolVersion = { dtls1_0: 0xfeff, dtls1_2: 0xfefd } as const;
