import type { CertificateSource } from "./certificate-source.ts";
import type { KeyAgreement } from "./key-agreement.ts";
import type { PreSharedKey } from "./pre-shared-key.ts";
import type { Signer } from "./signer.ts";

/** What an association authenticates itself with. */
export type Credential =
  | {
      readonly kind: "certificate";
      readonly certificates: CertificateSource;
      readonly signer: Signer;
      readonly keyAgreement?: KeyAgreement;
      /** Reads it anew, past any cache: the peer did not take what it was shown. Absent: there is nothing to gain. */
      reread?(signal: AbortSignal): Promise<void>;
    }
  | { readonly kind: "psk"; readonly preSharedKey: PreSharedKey; readonly keyAgreement?: KeyAgreement };

/** Opens credentials by URI: `iotsafe:`, `pkcs11:`, `file:`. */
export interface CredentialProvider {
  /** Rejects with a CodedError that names the URI's part to look at. */
  open(uri: string, signal: AbortSignal): Promise<Credential>;
  close(): Promise<void>;
}
