import { encodeRecord } from "../../src/dtls/record/record.ts";
import { encodeUtf8, fromHex } from "../../src/util/bytes.ts";

export type Attack = "none" | "forged plaintext record" | "replay" | "one malformed datagram";

/** What an attacker without any key puts on the wire after the handshake; `genuine`: a protected record seen before. */
export function attackDatagrams(attack: Attack, genuine: Uint8Array): readonly Uint8Array[] {
  switch (attack) {
    case "forged plaintext record":
      return [0, 1].map((epoch) =>
        encodeRecord({
          type: 23,
          version: 0xfefd,
          epoch,
          sequence: 40,
          fragment: encodeUtf8("forged, and long enough for nonce and tag"),
        }),
      );
    case "replay":
      return [genuine];
    case "one malformed datagram":
      // A handshake record whose body ends within its header.
      return [fromHex("16fefd000000000000000000020200")];
    case "none":
      return [];
  }
}
