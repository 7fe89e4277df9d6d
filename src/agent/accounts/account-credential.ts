import { SoftwarePreSharedKey } from "../../credentials/adapters/file/software-pre-shared-key.ts";
import { SoftwareSigner } from "../../credentials/adapters/file/software-signer.ts";
import type { Credential, CredentialProvider } from "../../credentials/ports/credential.ts";
import { PrivateKey } from "../../crypto/private-key.ts";
import { certificateChain } from "../../pki/certificate-chain.ts";
import { equalBytes } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { AccountSecurity } from "./account-security.ts";

export interface AccountCredential {
  readonly credential: Credential;
  /** The scheme of its URI, or "account" for keys that came with the account. */
  readonly source: string;
}

/**
 * What an account proves itself with: the keys that came with it, or a credential of this device. Rejects with a
 * CodedError that says where to look; no key is in it.
 */
export async function openAccountCredential(
  account: AccountSecurity,
  provider: CredentialProvider,
  signal: AbortSignal,
): Promise<AccountCredential> {
  const enrolled = await account.openEnrolled?.(signal);
  if (enrolled) return { credential: enrolled, source: "enrolled" };
  const own = credentialOfAccount(account);
  if (own) return { credential: own, source: "account" };
  const { credential: uri, settings } = account;
  if (uri === undefined) throw missing(account);
  const credential = await provider.open(uri, signal);
  if ((credential.kind === "psk") !== (settings.mode === "psk")) throw unfit(account, credential.kind);
  return { credential, source: uri.slice(0, uri.indexOf(":")).toLowerCase() };
}

/** Undefined when the account has no key of its own. Throws CodedError for one that cannot be used. */
export function credentialOfAccount({ settings }: AccountSecurity): Credential | undefined {
  const { mode, secretKey, publicKeyOrIdentity = new Uint8Array() } = settings;
  if (!secretKey) return undefined;
  if (mode === "psk") return { kind: "psk", preSharedKey: new SoftwarePreSharedKey(publicKeyOrIdentity, secretKey) };
  const certificates = certificateChain(publicKeyOrIdentity);
  const signer = new SoftwareSigner(privateKey(secretKey));
  const [leaf] = certificates;
  if (!leaf || !equalBytes(leaf.publicKey, signer.publicKey))
    throw new CodedError("CREDENTIAL_UNFIT", "the private key is not the one of the certificate");
  const chain = certificates.map(({ der }) => der);
  return { kind: "certificate", signer, certificates: { chain: async () => chain } };
}

/** PKCS #8 is what the resource is for; the examples of OMA LwM2M Transport hold SEC 1. */
function privateKey(der: Uint8Array): PrivateKey {
  try {
    return PrivateKey.fromDer(der, "pkcs8");
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return PrivateKey.fromDer(der, "sec1");
  }
}

function missing({ settings: { uri } }: AccountSecurity): CodedError {
  return new CodedError("NO_CREDENTIAL", `the account for ${uri} has no key, and credentials.default names none`);
}

function unfit({ settings: { uri, mode } }: AccountSecurity, kind: Credential["kind"]): CodedError {
  const found = kind === "psk" ? "a pre-shared key" : "a certificate";
  return new CodedError(
    "CREDENTIAL_UNFIT",
    `the account for ${uri} has security mode ${mode}, and the credential for it is ${found}`,
  );
}
