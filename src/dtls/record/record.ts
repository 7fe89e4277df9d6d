import { ByteReader, ByteWriter } from "../../util/bytes.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";

/** ContentType (RFC 5246 §6.2.1, RFC 9146 §4); an unknown type is dropped. */
export const ContentType = {
  change_cipher_spec: 20,
  alert: 21,
  handshake: 22,
  application_data: 23,
  /** A protected record with a Connection ID, its real type inside. */
  tls12_cid: 25,
} as const;
export type ContentType = (typeof ContentType)[keyof typeof ContentType];

export const recordHeaderBytes = 13;
/** Largest plaintext (RFC 5246 §6.2.1), and what a ciphertext may add (§6.2.3). */
export const maxPlaintextBytes = 2 ** 14;
const maxFragmentBytes = maxPlaintextBytes + 2048;

/** One record as on the wire (RFC 6347 §4.1, RFC 9146 §4); `fragment` is still protected when `epoch` is not 0. */
export interface DtlsRecord {
  readonly type: ContentType;
  readonly version: number;
  readonly epoch: number;
  readonly sequence: number;
  /** In records of type tls12_cid. */
  readonly connectionId?: Uint8Array;
  readonly fragment: Uint8Array;
}

/**
 * The records of a datagram. Never throws: what is malformed, of another version or of an unknown type is left out,
 * as RFC 6347 §4.1.2.7 asks; after a broken length nothing more can be found in the datagram. `connectionIdLength`: of
 * the IDs that we hand out, as the record does not tell; 0: records that carry one are not for us.
 */
export function decodeRecords(datagram: Uint8Array, connectionIdLength = 0): readonly DtlsRecord[] {
  const records: DtlsRecord[] = [];
  const reader = new ByteReader(datagram, "DTLSPlaintext");
  while (reader.remaining >= recordHeaderBytes) {
    const type = reader.uint8();
    const version = reader.uint16();
    const epoch = reader.uint16();
    const sequence = reader.uint48();
    const carriesId = type === ContentType.tls12_cid && connectionIdLength > 0;
    if (carriesId && reader.remaining < connectionIdLength + 2) break;
    const id = carriesId ? { connectionId: reader.bytes(connectionIdLength) } : {};
    const length = reader.uint16();
    if (length > maxFragmentBytes || length > reader.remaining) break;
    const fragment = reader.bytes(length);
    if (!isContentType(type, connectionIdLength) || !isOurVersion(version, epoch)) continue;
    records.push({ type, version, epoch, sequence, ...id, fragment });
  }
  return records;
}

export function encodeRecord(record: DtlsRecord): Uint8Array {
  return new ByteWriter()
    .uint8(record.type)
    .uint16(record.version)
    .uint16(record.epoch)
    .uint48(record.sequence)
    .bytes(record.connectionId ?? new Uint8Array())
    .vector(2, record.fragment)
    .finish();
}

function isContentType(type: number, connectionIdLength: number): type is ContentType {
  return isPlainContentType(type) || (type === ContentType.tls12_cid && connectionIdLength > 0);
}

/** The types that records have without a Connection ID, and that stand inside of those with one. */
export function isPlainContentType(type: number): type is ContentType {
  return type >= ContentType.change_cipher_spec && type <= ContentType.application_data;
}

/** Hellos may come in records of DTLS 1.0, before the version is negotiated (RFC 6347 §4.2.1). */
function isOurVersion(version: number, epoch: number): boolean {
  return version === ProtocolVersion.dtls1_2 || (version === ProtocolVersion.dtls1_0 && epoch === 0);
}
