import { type Aead, createAead } from "../../crypto/aead.ts";
import { ByteWriter, concatBytes } from "../../util/bytes.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";
import { ContentType, type DtlsRecord } from "./record.ts";

const explicitNonceBytes = 8;

/** One direction's key and salt (RFC 5288 §3, RFC 6655 §3). */
export interface TrafficKeys {
  readonly aead: Parameters<typeof createAead>[0];
  readonly key: Uint8Array;
  /** 4 bytes, the implicit part of the nonce. */
  readonly salt: Uint8Array;
}

/** What of a record is in the clear and authenticated. */
export type RecordHeader = Pick<DtlsRecord, "type" | "epoch" | "sequence" | "connectionId">;

/** Protects the records of one epoch in one direction: GenericAEADCipher (RFC 5246 §6.2.3.3, RFC 6347 §4.1.2.1). */
export class RecordProtection {
  readonly #aead: Aead;
  readonly #salt: Uint8Array;

  constructor(keys: TrafficKeys) {
    this.#aead = createAead(keys.aead, keys.key);
    this.#salt = keys.salt;
  }

  /** Bytes that protection adds to a plaintext. */
  get overhead(): number {
    return explicitNonceBytes + this.#aead.tagLength;
  }

  /** The nonce's explicit part is epoch and sequence number, which never repeat under one key. */
  seal(header: RecordHeader, plaintext: Uint8Array): Uint8Array {
    const explicitNonce = sequenceBytes(header);
    const nonce = concatBytes([this.#salt, explicitNonce]);
    const sealed = this.#aead.seal(nonce, plaintext, additionalData(header, plaintext.length));
    return concatBytes([explicitNonce, sealed]);
  }

  /** Undefined when the record is too short or not authentic. */
  open({ fragment, ...header }: DtlsRecord): Uint8Array | undefined {
    if (fragment.length < this.overhead) return undefined;
    const nonce = concatBytes([this.#salt, fragment.subarray(0, explicitNonceBytes)]);
    const aad = additionalData(header, fragment.length - this.overhead);
    return this.#aead.open(nonce, fragment.subarray(explicitNonceBytes), aad);
  }
}

function sequenceBytes({ epoch, sequence }: RecordHeader): Uint8Array {
  return new ByteWriter().uint16(epoch).uint48(sequence).finish();
}

function additionalData(header: RecordHeader, plaintextBytes: number): Uint8Array {
  if (header.type === ContentType.tls12_cid) return additionalDataWithId(header, plaintextBytes);
  return new ByteWriter()
    .bytes(sequenceBytes(header))
    .uint8(header.type)
    .uint16(ProtocolVersion.dtls1_2)
    .uint16(plaintextBytes)
    .finish();
}

/** RFC 9146 §5.3: starts with a sequence number that no record has, so that it never equals one without an ID. */
function additionalDataWithId(header: RecordHeader, plaintextBytes: number): Uint8Array {
  const connectionId = header.connectionId ?? new Uint8Array();
  return new ByteWriter()
    .bytes(new Uint8Array(8).fill(0xff))
    .uint8(ContentType.tls12_cid)
    .uint8(connectionId.length)
    .uint8(ContentType.tls12_cid)
    .uint16(ProtocolVersion.dtls1_2)
    .bytes(sequenceBytes(header))
    .bytes(connectionId)
    .uint16(plaintextBytes)
    .finish();
}
