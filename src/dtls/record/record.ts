import { ByteReader, ByteWriter } from "../../util/bytes.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";

/** ContentType (RFC 5246 §6.2.1). 25, tls12_cid (RFC 9146), will join it; an unknown type is dropped. */
export const ContentType = { change_cipher_spec: 20, alert: 21, handshake: 22, application_data: 23 } as const;
export type ContentType = (typeof ContentType)[keyof typeof ContentType];

export const recordHeaderBytes = 13;
/** Largest plaintext (RFC 5246 §6.2.1), and what a ciphertext may add (§6.2.3). */
export const maxPlaintextBytes = 2 ** 14;
const maxFragmentBytes = maxPlaintextBytes + 2048;

/** One record as on the wire (RFC 6347 §4.1); `fragment` is still protected when `epoch` is not 0. */
export interface DtlsRecord {
  readonly type: ContentType;
  readonly version: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly fragment: Uint8Array;
}

/**
 * The records of a datagram. Never throws: what is malformed, of another version or of an unknown type is left out,
 * as RFC 6347 §4.1.2.7 asks; after a broken length nothing more can be found in the datagram.
 */
export function decodeRecords(datagram: Uint8Array): readonly DtlsRecord[] {
  const records: DtlsRecord[] = [];
  const reader = new ByteReader(datagram, "DTLSPlaintext");
  while (reader.remaining >= recordHeaderBytes) {
    const type = reader.uint8();
    const version = reader.uint16();
    const epoch = reader.uint16();
    const sequence = reader.uint48();
    const length = reader.uint16();
    if (length > maxFragmentBytes || length > reader.remaining) break;
    const fragment = reader.bytes(length);
    if (isContentType(type) && isOurVersion(version, epoch)) records.push({ type, version, epoch, sequence, fragment });
  }
  return records;
}

export function encodeRecord(record: DtlsRecord): Uint8Array {
  return new ByteWriter()
    .uint8(record.type)
    .uint16(record.version)
    .uint16(record.epoch)
    .uint48(record.sequence)
    .vector(2, record.fragment)
    .finish();
}

function isContentType(type: number): type is ContentType {
  return type >= ContentType.change_cipher_spec && type <= ContentType.application_data;
}

/** Hellos may come in records of DTLS 1.0, before the version is negotiated (RFC 6347 §4.2.1). */
function isOurVersion(version: number, epoch: number): boolean {
  return version === ProtocolVersion.dtls1_2 || (version === ProtocolVersion.dtls1_0 && epoch === 0);
}
