import { decodeFragments, encodeFragment, type HandshakeFragment } from "../../src/dtls/flight/handshake-fragment.ts";
import { ContentType, type DtlsRecord, decodeRecords, encodeRecord } from "../../src/dtls/record/record.ts";
import { concatBytes } from "../../src/util/bytes.ts";
import { forgedAlert } from "./dtls-adversary.ts";
import { mutateBytes, pick } from "./mutate-bytes.ts";
import type { SeededRandom } from "./seeded-random.ts";

/**
 * What somebody without keys can make of datagrams that he saw: `pool`, in which nothing may be that its receiver has
 * yet to get. Half of it is blind damage, half keeps the framing in order so that it gets deep into the parsers.
 */
export function mutateDatagram(random: SeededRandom, pool: readonly Uint8Array[]): Uint8Array {
  const original = pick(random, pool);
  switch (random.below(8)) {
    case 0:
      return original;
    case 1:
    case 2:
    case 3:
      return mutateBytes(random, original);
    case 4:
      return concatBytes([original, pick(random, pool)]);
    case 5:
      return forgedAlert(random.below(256), random.below(4));
    case 6:
      return onOneRecord(random, original, (record) => changeHeader(random, record));
    default:
      return onOneRecord(random, original, (record) => changeHandshake(random, record));
  }
}

/** A listener's, unless told otherwise: records to it carry IDs of this length. */
const connectionIdLength = 6;

function onOneRecord(random: SeededRandom, datagram: Uint8Array, change: (record: DtlsRecord) => DtlsRecord) {
  const records = decodeRecords(datagram, connectionIdLength);
  const chosen = random.below(records.length);
  return concatBytes(records.map((record, i) => encodeRecord(i === chosen ? change(record) : record)));
}

/** Another type, epoch or sequence number, or the same fragment cut or stretched under a right length. */
function changeHeader(random: SeededRandom, record: DtlsRecord): DtlsRecord {
  switch (random.below(5)) {
    case 0:
      return { ...record, type: pick(random, Object.values(ContentType)) };
    case 1:
      return { ...record, epoch: pick(random, [0, 1, 2, 0xffff]) };
    case 2:
      return { ...record, sequence: pick(random, [0, 1, record.sequence + 1, 1000, 2 ** 48 - 1]) };
    case 3:
      return { ...record, version: pick(random, [0xfefd, 0xfeff, 0x0303, 0xfefc]) };
    default:
      return { ...record, fragment: damaged(random, record.fragment) };
  }
}

/** A handshake message with one field of its header or some of its body changed, all lengths in order. */
function changeHandshake(random: SeededRandom, record: DtlsRecord): DtlsRecord {
  if (record.type !== ContentType.handshake || record.epoch !== 0) return changeHeader(random, record);
  const fragments = decodeFragments(record.fragment);
  const chosen = random.below(fragments.length);
  const change = (fragment: HandshakeFragment, i: number) =>
    encodeFragment(i === chosen ? changeFragment(random, fragment) : fragment);
  return { ...record, fragment: concatBytes(fragments.map(change)) };
}

function changeFragment(random: SeededRandom, fragment: HandshakeFragment): HandshakeFragment {
  const { length, messageSequence, body } = fragment;
  switch (random.below(6)) {
    case 0:
      return { ...fragment, type: random.below(26) };
    case 1:
      return { ...fragment, messageSequence: pick(random, [0, messageSequence + 1, messageSequence + 7, 0xffff]) };
    case 2:
      return { ...fragment, length: length + pick(random, [1, 100, 16_000, 2 ** 24 - 1 - length]) };
    case 3: {
      const cut = random.below(length + 1);
      return { ...fragment, offset: cut, body: body.subarray(0, Math.min(body.length, length - cut)) };
    }
    default: {
      const changed = damaged(random, body);
      return { ...fragment, length: changed.length, offset: 0, body: changed };
    }
  }
}

function damaged(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? random.randomBytes(random.below(40)) : mutateBytes(random, bytes);
}
