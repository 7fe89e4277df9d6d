import { concatBytes } from "../../src/util/bytes.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** A datagram that resembles one of the corpus: bytes changed, cut off, joined with another, or nothing like it. */
export function mutateDatagram(corpus: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const pick = () => (corpus[random.below(corpus.length)] ?? new Uint8Array()).slice();
  const datagram = pick();
  switch (random.below(6)) {
    case 0:
      return datagram.subarray(0, random.below(datagram.length + 1));
    case 1:
      return concatBytes([datagram, pick()]);
    case 2:
      return random.randomBytes(random.below(200));
    case 3:
      // The record header: type, version, epoch, sequence, length.
      datagram[random.below(Math.min(13, datagram.length))] = random.below(256);
      return datagram;
    case 4:
      // The handshake header of the first record.
      datagram[13 + random.below(12)] = random.below(256);
      return datagram;
    default:
      for (let n = 1 + random.below(4); n > 0; n--) datagram[random.below(datagram.length)] = random.below(256);
      return datagram;
  }
}
