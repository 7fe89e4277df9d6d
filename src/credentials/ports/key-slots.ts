import type { Signer } from "./signer.ts";

/** Keys that are made where they stay: on a card, in a token, in a file. Slots are numbered from 0. */
export interface KeySlots {
  readonly count: number;
  /** SubjectPublicKeyInfo (DER) of the key in the slot; undefined where there is none. */
  publicKey(slot: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Makes a new key pair in the slot, whatever was there. Gives its SubjectPublicKeyInfo. */
  generate(slot: number, signal: AbortSignal): Promise<Uint8Array>;
  signer(slot: number, signal: AbortSignal): Promise<Signer>;
}
