import { ByteReader, ByteWriter, concatBytes, decodeUtf8, encodeUtf8 } from "../util/bytes.ts";

/**
 * What a later handshake is abbreviated with (RFC 5246 §7.3): made by a full handshake with extended_master_secret
 * (RFC 7627 §5.3), by no other. **Secret**: whoever has it can speak for both sides. Keep it like a private key (a file
 * with mode 0600), never log it, and drop it when it is old, when the own credential or what is trusted changes, and
 * when a session with it ended with an error. It says nothing about its age: keep that beside it.
 */
export interface ResumableSession {
  /** 1 to 32 bytes, chosen by the server. */
  readonly sessionId: Uint8Array;
  /** 48 bytes. */
  readonly masterSecret: Uint8Array;
  /** IANA number. */
  readonly cipherSuite: number;
  /** The name that the client asked for; a session is good for no other (RFC 6066 §3). */
  readonly serverName?: string;
  /** The client's psk_identity, in suites with a pre-shared key. */
  readonly pskIdentity?: Uint8Array;
  /** The peer's chain as the full handshake accepted it (DER, leaf first); empty when it showed none. */
  readonly peerChain: readonly Uint8Array[];
}

export const masterSecretBytes = 48;
/** A session whose peer has a longer chain is not offered for resumption: kept sessions stay small. */
export const maxPeerChainBytes = 8192;
const format = 1;

/** For keeping: the first byte is the format's number. */
export function encodeResumableSession(session: ResumableSession): Uint8Array {
  const { serverName, pskIdentity } = session;
  const chain = session.peerChain.map((certificate) => new ByteWriter().vector(3, certificate).finish());
  return new ByteWriter()
    .uint8(format)
    .vector(1, session.sessionId)
    .vector(1, session.masterSecret)
    .uint16(session.cipherSuite)
    .vector(1, optional(serverName === undefined ? undefined : encodeUtf8(serverName)))
    .vector(3, optional(pskIdentity))
    .vector(3, concatBytes(chain))
    .finish();
}

/** Throws DecodeError on anything that `encodeResumableSession` does not make. */
export function decodeResumableSession(bytes: Uint8Array): ResumableSession {
  const reader = new ByteReader(bytes, "kept DTLS session");
  const found = reader.uint8();
  if (found !== format) reader.fail(`format ${found}, ${format} expected`);
  const sessionId = reader.vector(1, 1);
  if (sessionId.length > 32) reader.fail(`session id of ${sessionId.length} bytes, at most 32 expected`);
  const masterSecret = reader.vector(1, masterSecretBytes);
  if (masterSecret.length > masterSecretBytes) reader.fail("master secret too long");
  const cipherSuite = reader.uint16();
  const serverName = readOptional(new ByteReader(reader.vector(1), "kept server name"));
  const pskIdentity = readOptional(new ByteReader(reader.vector(3), "kept PSK identity"));
  const peerChain = readChain(new ByteReader(reader.vector(3), "kept chain"));
  reader.end();
  return {
    sessionId,
    masterSecret,
    cipherSuite,
    ...(serverName && { serverName: decodeUtf8(serverName, "kept server name") }),
    ...(pskIdentity && { pskIdentity }),
    peerChain,
  };
}

export function chainBytes(chain: readonly Uint8Array[]): number {
  return chain.reduce((sum, certificate) => sum + certificate.length, 0);
}

/** Nothing: absent; else a byte 1 and the content, which may be empty. */
function optional(content: Uint8Array | undefined): Uint8Array {
  return content ? new ByteWriter().uint8(1).bytes(content).finish() : new Uint8Array();
}

function readOptional(reader: ByteReader): Uint8Array | undefined {
  if (reader.remaining === 0) return undefined;
  if (reader.uint8() !== 1) reader.fail("1 expected before the content");
  return reader.rest();
}

function readChain(reader: ByteReader): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  while (reader.remaining > 0) chain.push(reader.vector(3, 1));
  if (chainBytes(chain) > maxPeerChainBytes) reader.fail(`chain of more than ${maxPeerChainBytes} bytes`);
  return chain;
}
