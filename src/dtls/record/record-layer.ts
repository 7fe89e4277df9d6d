import { equalBytes } from "../../util/bytes.ts";
import { DtlsError } from "../dtls-error.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";
import { type ConnectionIds, noConnectionIds } from "./connection-ids.ts";
import { decodeInnerPlaintext, encodeInnerPlaintext } from "./inner-plaintext.ts";
import {
  ContentType,
  type DtlsRecord,
  encodeRecord,
  isPlainContentType,
  maxPlaintextBytes,
  recordHeaderBytes,
} from "./record.ts";
import { RecordProtection, type TrafficKeys } from "./record-protection.ts";
import { ReplayWindow } from "./replay-window.ts";

/** 0: in the clear; 1: under the keys of the one handshake that a connection makes, as we never renegotiate. */
export type Epoch = 0 | 1;

/** What a record says, out of its protection. */
export interface OpenedRecord {
  readonly type: ContentType;
  readonly plaintext: Uint8Array;
}

const lastSequence = 2 ** 48 - 1;

/** Both directions of one connection: epochs, sequence numbers, protection, replays, Connection IDs (RFC 6347 §4.1, RFC 9146). */
export class RecordLayer {
  readonly #nextSequence: [number, number];
  #write: RecordProtection | undefined;
  #read: RecordProtection | undefined;
  #ids = noConnectionIds;
  #readsPlaintext = true;
  readonly #replays = new ReplayWindow();

  /** `firstSequence`: of the first record sent in the clear; `firstProtectedSequence`: of the first one under keys. */
  constructor(firstSequence = 0, firstProtectedSequence = 0) {
    this.#nextSequence = [firstSequence, firstProtectedSequence];
  }

  installWriteKeys(keys: TrafficKeys): void {
    this.#write = new RecordProtection(keys);
  }

  installReadKeys(keys: TrafficKeys): void {
    this.#read = new RecordProtection(keys);
  }

  /** Protected records carry these from now on, both ways. */
  useConnectionIds(ids: ConnectionIds): void {
    this.#ids = ids;
  }

  /** From now on nothing in the clear is believed: the handshake is over. */
  refusePlaintext(): void {
    this.#readsPlaintext = false;
  }

  get canRead(): boolean {
    return this.#read !== undefined;
  }

  get canWrite(): boolean {
    return this.#write !== undefined;
  }

  /** Sequence number of the newest authentic record; -1 before the first. */
  get newestSequence(): number {
    return this.#replays.highest;
  }

  /** Bytes that a record of `epoch` has besides its plaintext. */
  overhead(epoch: Epoch): number {
    return recordHeaderBytes + (epoch === 0 ? 0 : (this.#write?.overhead ?? 0) + this.#idOverhead);
  }

  /** The longest plaintext of a protected record: with a Connection ID its type counts too (RFC 9146 §5). */
  get maxPlaintextBytes(): number {
    return maxPlaintextBytes - (this.#ids.peer.length > 0 ? 1 : 0);
  }

  /** A whole record. Throws DtlsError SEQUENCE_EXHAUSTED when the 48 bits are used up: a nonce must never repeat. */
  protect(type: ContentType, epoch: Epoch, plaintext: Uint8Array): Uint8Array {
    const sequence = this.#nextSequence[epoch];
    if (sequence > lastSequence) {
      throw new DtlsError("SEQUENCE_EXHAUSTED", "all record sequence numbers are used up: a new handshake is needed");
    }
    this.#nextSequence[epoch]++;
    const version = ProtocolVersion.dtls1_2;
    if (epoch === 0) return encodeRecord({ type, version, epoch, sequence, fragment: plaintext });
    if (!this.#write) throw new DtlsError("NOT_CONNECTED", "no keys to protect a record with");
    const { peer } = this.#ids;
    const header =
      peer.length > 0
        ? { type: ContentType.tls12_cid, epoch, sequence, connectionId: peer }
        : { type, epoch, sequence };
    const sealed = peer.length > 0 ? encodeInnerPlaintext({ type, content: plaintext }) : plaintext;
    return encodeRecord({ ...header, version, fragment: this.#write.seal(header, sealed) });
  }

  /**
   * What the record says, or undefined for what must be dropped silently (RFC 6347 §4.1.2.7). There is no replay window
   * in epoch 0: nothing there is authentic, and a forged high number would shut the real ones out.
   */
  open(record: DtlsRecord): OpenedRecord | undefined {
    if (record.epoch === 0) return this.#openClear(record);
    if (record.epoch !== 1 || !this.#read || !this.#isAddressedToUs(record)) return undefined;
    if (!this.#replays.isFresh(record.sequence)) return undefined;
    const plaintext = this.#read.open(record);
    if (!plaintext) return undefined;
    this.#replays.mark(record.sequence);
    if (plaintext.length > maxPlaintextBytes) return undefined;
    return record.type === ContentType.tls12_cid ? unwrap(plaintext) : { type: record.type, plaintext };
  }

  #openClear({ type, fragment }: DtlsRecord): OpenedRecord | undefined {
    const believed = this.#readsPlaintext && type !== ContentType.tls12_cid && fragment.length <= maxPlaintextBytes;
    return believed ? { type, plaintext: fragment } : undefined;
  }

  /** With an ID of our own nothing protected comes without it, and nothing with another (RFC 9146 §3). */
  #isAddressedToUs({ type, connectionId }: DtlsRecord): boolean {
    if (this.#ids.own.length === 0) return type !== ContentType.tls12_cid;
    return type === ContentType.tls12_cid && connectionId !== undefined && equalBytes(connectionId, this.#ids.own);
  }

  get #idOverhead(): number {
    return this.#ids.peer.length > 0 ? this.#ids.peer.length + 1 : 0;
  }
}

function unwrap(plaintext: Uint8Array): OpenedRecord | undefined {
  const inner = decodeInnerPlaintext(plaintext);
  return inner && isPlainContentType(inner.type) ? { type: inner.type, plaintext: inner.content } : undefined;
}
