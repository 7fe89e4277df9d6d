import { type Entropy, type EphemeralKeys, NamedGroup } from "../crypto/ports.ts";
import { SignatureScheme } from "../crypto/signature-scheme.ts";
import { type CipherSuite, selectCipherSuites } from "./cipher-suites.ts";

/** What both roles can be told. Times are milliseconds. */
export interface DtlsConfig {
  /** IANA numbers, preferred first; default: every suite of cipher-suites.ts. */
  readonly suites?: readonly number[];
  /** Default: secp256r1, x25519, secp384r1. A server may take the list as the curves of certificates too (RFC 8422 §5.1.1). */
  readonly groups?: readonly NamedGroup[];
  /** Default: ECDSA with SHA-256, with SHA-384, and RSA with SHA-256 (for chains; the suites themselves are ECDSA). */
  readonly schemes?: readonly SignatureScheme[];
  /** Largest UDP payload of the handshake. Default 1200: with the headers it fits the 1280 bytes that every IPv6 path takes. */
  readonly mtu?: number;
  /** Default 1000 (RFC 6347 §4.2.4.1). */
  readonly initialTimeoutMs?: number;
  /** Default 60000 (RFC 6347 §4.2.4.1). */
  readonly maxTimeoutMs?: number;
  /** How often one flight is sent again without an answer. Default 5: a dead peer is given up after 63 s. */
  readonly maxRetransmissions?: number;
  /** How long one need may stay unanswered. Default 30000. */
  readonly needTimeoutMs?: number;
  /** Whether a peer without RFC 7627 is refused. Default: the server role refuses, the client role does not, as old servers exist. */
  readonly requireExtendedMasterSecret?: boolean;
  /**
   * Bytes of the Connection ID that the peer has to put in its records to us (RFC 9146), 0 to 255; 0: none is needed,
   * and the peer may still ask for one in ours. `false`: the extension is not used. Default 0; a listener's is 6.
   */
  readonly connectionIdLength?: number | false;
  /** Longest handshake message taken. Default 16384: a chain of several certificates fits. */
  readonly maxHandshakeMessageBytes?: number;
}

/** What is injected into both roles. */
export interface DtlsPorts {
  readonly entropy: Entropy;
  readonly ephemeralKeys: EphemeralKeys;
}

/** A DtlsConfig with its defaults filled in. */
export interface Settings {
  readonly suites: readonly CipherSuite[];
  readonly groups: readonly NamedGroup[];
  readonly schemes: readonly SignatureScheme[];
  readonly mtu: number;
  readonly initialTimeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly maxRetransmissions: number;
  readonly needTimeoutMs: number;
  readonly requireExtendedMasterSecret: boolean;
  readonly connectionIdLength: number | false;
  readonly maxHandshakeMessageBytes: number;
}

/** Records and fragments have headers of 49 bytes and more; below this nothing useful would fit between them. */
const smallestMtu = 128;

/** Throws RangeError on a value that cannot work. */
export function resolveSettings(config: DtlsConfig, requireExtendedMasterSecret: boolean): Settings {
  const settings: Settings = {
    suites: selectCipherSuites(config.suites),
    groups: config.groups ?? [NamedGroup.secp256r1, NamedGroup.x25519, NamedGroup.secp384r1],
    schemes: config.schemes ?? [
      SignatureScheme.ecdsa_secp256r1_sha256,
      SignatureScheme.ecdsa_secp384r1_sha384,
      SignatureScheme.rsa_pkcs1_sha256,
    ],
    mtu: config.mtu ?? 1200,
    initialTimeoutMs: config.initialTimeoutMs ?? 1000,
    maxTimeoutMs: config.maxTimeoutMs ?? 60_000,
    maxRetransmissions: config.maxRetransmissions ?? 5,
    needTimeoutMs: config.needTimeoutMs ?? 30_000,
    requireExtendedMasterSecret: config.requireExtendedMasterSecret ?? requireExtendedMasterSecret,
    connectionIdLength: config.connectionIdLength ?? 0,
    maxHandshakeMessageBytes: config.maxHandshakeMessageBytes ?? 16_384,
  };
  if (settings.mtu < smallestMtu) throw new RangeError(`mtu ${settings.mtu}: at least ${smallestMtu} expected`);
  checkConnectionIdLength(settings);
  if (settings.groups.length === 0) throw new RangeError("groups: at least one named group expected");
  return settings;
}

function checkConnectionIdLength({ connectionIdLength: length }: Settings): void {
  if (length === false || (Number.isInteger(length) && length >= 0 && length <= 255)) return;
  throw new RangeError(`connectionIdLength ${length}: 0 to 255 or false expected`);
}

/** The `schemes` of a peer that we know and allow, in the peer's order. */
export function commonSchemes(settings: Settings, schemes: readonly number[]): readonly SignatureScheme[] {
  const common: SignatureScheme[] = [];
  for (const scheme of schemes) {
    const known = settings.schemes.find((own) => own === scheme);
    if (known !== undefined) common.push(known);
  }
  return common;
}
