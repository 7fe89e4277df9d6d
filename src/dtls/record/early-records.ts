import { ContentType, type DtlsRecord } from "./record.ts";

const maxRecords = 8;
const maxBytes = 16_384;

/**
 * Protected handshake records that came before the keys to read them: reordered, or sent while our side still waits
 * for a secret (RFC 6347 §4.1 lets them be kept). With a Connection ID what they are shows only later. Few and small; what does not fit is sent again by the peer.
 */
export class EarlyRecords {
  #records: DtlsRecord[] = [];
  #bytes = 0;

  keep(record: DtlsRecord): void {
    const { type, fragment } = record;
    if (type !== ContentType.handshake && type !== ContentType.tls12_cid) return;
    if (this.#records.length >= maxRecords || this.#bytes + fragment.length > maxBytes) return;
    this.#records.push({ ...record, fragment: fragment.slice() });
    this.#bytes += fragment.length;
  }

  takeAll(): readonly DtlsRecord[] {
    const records = this.#records;
    this.#records = [];
    this.#bytes = 0;
    return records;
  }
}
