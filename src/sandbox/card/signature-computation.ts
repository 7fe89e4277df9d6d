import type { PrivateKey, PublicKey } from "./card-objects.ts";
import type { LengthMode } from "./command-apdu.ts";
import type { Tlv } from "./tlv.ts";

/** What INIT agreed on, and the text or the digest that UPDATE brings. One mode of operation (tag A1) each. */
export interface SignatureComputation {
  readonly key: PrivateKey | PublicKey;
  /** Takes one UPDATE's text or digest; gives back what follows it (a signature to verify). 6A80 when malformed. */
  update(data: Uint8Array, last: boolean, lengths: LengthMode): readonly Tlv[];
  /** After the last block; 6A80 when the text is not complete. */
  digest(): Uint8Array;
}
