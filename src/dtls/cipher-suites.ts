/** How the pre-master secret comes about: who proves itself with what, and whether ephemeral keys take part. */
export type KeyExchange = "ECDHE_ECDSA" | "PSK" | "ECDHE_PSK";

export interface CipherSuite {
  readonly id: number;
  /** The IANA name. */
  readonly name: string;
  readonly keyExchange: KeyExchange;
  readonly aead: "AES_128_CCM_8" | "AES_128_CCM" | "AES_128_GCM";
}

/** Every suite we have, the preferred first: LwM2M's mandatory ones lead (RFC 7251, RFC 6655, RFC 5487, RFC 8442, RFC 5289). */
export const cipherSuites: readonly CipherSuite[] = [
  suite(0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "ECDHE_ECDSA", "AES_128_CCM_8"),
  suite(0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", "ECDHE_ECDSA", "AES_128_CCM"),
  suite(0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE_ECDSA", "AES_128_GCM"),
  suite(0xd003, "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256", "ECDHE_PSK", "AES_128_CCM_8"),
  suite(0xd005, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256", "ECDHE_PSK", "AES_128_CCM"),
  suite(0xd001, "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256", "ECDHE_PSK", "AES_128_GCM"),
  suite(0xc0a8, "TLS_PSK_WITH_AES_128_CCM_8", "PSK", "AES_128_CCM_8"),
  suite(0xc0a4, "TLS_PSK_WITH_AES_128_CCM", "PSK", "AES_128_CCM"),
  suite(0x00a8, "TLS_PSK_WITH_AES_128_GCM_SHA256", "PSK", "AES_128_GCM"),
];

const byId = new Map(cipherSuites.map((entry) => [entry.id, entry]));

export function findCipherSuite(id: number): CipherSuite | undefined {
  return byId.get(id);
}

/** The suites of `ids` in that order; throws RangeError on one that we don't have. */
export function selectCipherSuites(ids: readonly number[] | undefined): readonly CipherSuite[] {
  if (ids === undefined) return cipherSuites;
  return ids.map((id) => {
    const found = byId.get(id);
    if (!found) throw new RangeError(`cipher suite 0x${id.toString(16).padStart(4, "0")} is not supported`);
    return found;
  });
}

export function usesCertificates({ keyExchange }: CipherSuite): boolean {
  return keyExchange === "ECDHE_ECDSA";
}

export function usesEphemeralKeys({ keyExchange }: CipherSuite): boolean {
  return keyExchange !== "PSK";
}

function suite(id: number, name: string, keyExchange: KeyExchange, aead: CipherSuite["aead"]): CipherSuite {
  return { id, name, keyExchange, aead };
}
