import { pskPremasterSecret } from "../../../crypto/premaster-secret.ts";
import { prf } from "../../../crypto/prf.ts";
import { CodedError } from "../../../util/coded-error.ts";
import type { MasterSecretInput, PreSharedKey } from "../../ports/pre-shared-key.ts";

const masterSecretLength = 48;
const fingerprintLength = 4;

/** A pre-shared key in memory. */
export class SoftwarePreSharedKey implements PreSharedKey {
  readonly identity: Uint8Array;
  readonly #key: Uint8Array;

  constructor(identity: Uint8Array, key: Uint8Array) {
    this.identity = identity;
    this.#key = key;
  }

  /** Under a label that no handshake has. Short: enough to tell two keys apart, too little to be sure of a guess. */
  get fingerprint(): Uint8Array {
    return this.#prf({ label: "kept session", seed: this.identity }, fingerprintLength);
  }

  async deriveMasterSecret(input: MasterSecretInput, signal: AbortSignal): Promise<Uint8Array> {
    if (signal.aborted) throw new CodedError("CANCELLED", "the derivation was cancelled", { cause: signal.reason });
    return this.#prf(input, masterSecretLength);
  }

  #prf({ label, seed, otherSecret }: MasterSecretInput, length: number): Uint8Array {
    return prf(pskPremasterSecret(this.#key, otherSecret), label, seed, length);
  }
}
