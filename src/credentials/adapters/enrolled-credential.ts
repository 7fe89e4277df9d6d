import type { Credential } from "../ports/credential.ts";
import type { KeySlots } from "../ports/key-slots.ts";

/** The key of a slot with the chain (DER, leaf first) that was issued for it, as an association takes it. */
export async function enrolledCredential(
  slots: KeySlots,
  slot: number,
  chain: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<Credential> {
  return {
    kind: "certificate",
    certificates: { chain: async () => chain },
    signer: await slots.signer(slot, signal),
  };
}
