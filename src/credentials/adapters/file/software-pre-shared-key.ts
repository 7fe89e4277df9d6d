import { pskPremasterSecret } from "../../../crypto/premaster-secret.ts";
import { prf } from "../../../crypto/prf.ts";
import { CodedError } from "../../../util/coded-error.ts";
import type { MasterSecretInput, PreSharedKey } from "../../ports/pre-shared-key.ts";

const masterSecretLength = 48;

/** A pre-shared key in memory. */
export class SoftwarePreSharedKey implements PreSharedKey {
  readonly identity: Uint8Array;
  readonly #key: Uint8Array;

  constructor(identity: Uint8Array, key: Uint8Array) {
    this.identity = identity;
    this.#key = key;
  }

  async deriveMasterSecret(input: MasterSecretInput, signal: AbortSignal): Promise<Uint8Array> {
    if (signal.aborted) throw new CodedError("CANCELLED", "the derivation was cancelled", { cause: signal.reason });
    const premasterSecret = pskPremasterSecret(this.#key, input.otherSecret);
    return prf(premasterSecret, input.label, input.seed, masterSecretLength);
  }
}
