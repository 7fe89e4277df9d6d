import { DtlsError } from "../dtls-error.ts";
import { ProtocolVersion } from "../handshake/protocol-version.ts";
import { type ContentType, type DtlsRecord, encodeRecord, maxPlaintextBytes, recordHeaderBytes } from "./record.ts";
import { RecordProtection, type TrafficKeys } from "./record-protection.ts";
import { ReplayWindow } from "./replay-window.ts";

/** 0: in the clear; 1: under the keys of the one handshake that a connection makes, as we never renegotiate. */
export type Epoch = 0 | 1;

const lastSequence = 2 ** 48 - 1;

/** Both directions of one connection: epochs, sequence numbers, protection, replays (RFC 6347 §4.1). */
export class RecordLayer {
  readonly #nextSequence: [number, number];
  #write: RecordProtection | undefined;
  #read: RecordProtection | undefined;
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

  /** Bytes that a record of `epoch` has besides its plaintext. */
  overhead(epoch: Epoch): number {
    return recordHeaderBytes + (epoch === 0 ? 0 : (this.#write?.overhead ?? 0));
  }

  /** A whole record. Throws DtlsError SEQUENCE_EXHAUSTED when the 48 bits are used up: a nonce must never repeat. */
  protect(type: ContentType, epoch: Epoch, plaintext: Uint8Array): Uint8Array {
    const sequence = this.#nextSequence[epoch];
    if (sequence > lastSequence) {
      throw new DtlsError("SEQUENCE_EXHAUSTED", "all record sequence numbers are used up: a new handshake is needed");
    }
    this.#nextSequence[epoch]++;
    const fragment = epoch === 0 ? plaintext : this.#seal(type, epoch, sequence, plaintext);
    return encodeRecord({ type, version: ProtocolVersion.dtls1_2, epoch, sequence, fragment });
  }

  /**
   * The plaintext, or undefined for what must be dropped silently (RFC 6347 §4.1.2.7). There is no replay window in
   * epoch 0: nothing there is authentic, and a forged high number would shut the real ones out.
   */
  open(record: DtlsRecord): Uint8Array | undefined {
    if (record.epoch === 0) return this.#readsPlaintext ? atMost(record.fragment) : undefined;
    if (record.epoch !== 1 || !this.#read || !this.#replays.isFresh(record.sequence)) return undefined;
    const plaintext = this.#read.open(record);
    if (!plaintext) return undefined;
    this.#replays.mark(record.sequence);
    return atMost(plaintext);
  }

  #seal(type: ContentType, epoch: Epoch, sequence: number, plaintext: Uint8Array): Uint8Array {
    if (!this.#write) throw new DtlsError("NOT_CONNECTED", "no keys to protect a record with");
    return this.#write.seal(type, epoch, sequence, plaintext);
  }
}

function atMost(plaintext: Uint8Array): Uint8Array | undefined {
  return plaintext.length <= maxPlaintextBytes ? plaintext : undefined;
}
