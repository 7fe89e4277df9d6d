import { type Aead, createAead } from "../../crypto/aead.ts";
import { ByteWriter, concatBytes } from "../../util/bytes.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";
import type { ContentType, DtlsRecord } from "./record.ts";

const explicitNonceBytes = 8;

/** One direction's key and salt (RFC 5288 §3, RFC 6655 §3). */
export interface TrafficKeys {
  readonly aead: Parameters<typeof createAead>[0];
  readonly key: Uint8Array;
  /** 4 bytes, the implicit part of the nonce. */
  readonly salt: Uint8Array;
}

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
  seal(type: ContentType, epoch: number, sequence: number, plaintext: Uint8Array): Uint8Array {
    const explicitNonce = sequenceBytes(epoch, sequence);
    const nonce = concatBytes([this.#salt, explicitNonce]);
    const sealed = this.#aead.seal(nonce, plaintext, additionalData(type, explicitNonce, plaintext.length));
    return concatBytes([explicitNonce, sealed]);
  }

  /** Undefined when the record is too short or not authentic. */
  open({ type, epoch, sequence, fragment }: DtlsRecord): Uint8Array | undefined {
    if (fragment.length < this.overhead) return undefined;
    const nonce = concatBytes([this.#salt, fragment.subarray(0, explicitNonceBytes)]);
    const aad = additionalData(type, sequenceBytes(epoch, sequence), fragment.length - this.overhead);
    return this.#aead.open(nonce, fragment.subarray(explicitNonceBytes), aad);
  }
}

function sequenceBytes(epoch: number, sequence: number): Uint8Array {
  return new ByteWriter().uint16(epoch).uint48(sequence).finish();
}

function additionalData(type: ContentType, sequence: Uint8Array, plaintextBytes: number): Uint8Array {
  return new ByteWriter().bytes(sequence).uint8(type).uint16(ProtocolVersion.dtls1_2).uint16(plaintextBytes).finish();
}
