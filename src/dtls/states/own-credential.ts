import type { SignatureScheme } from "../../crypto/signature-scheme.ts";
import { verifySignature } from "../../crypto/verify.ts";
import type { NeedAnswer } from "../connection.ts";
import { DtlsError } from "../dtls-error.ts";
import type { Pending } from "../needs.ts";
import type { HandshakeContext } from "./handshake-context.ts";

/** The own certificate chain and what its key will sign with. */
export interface OwnCredential {
  /** DER, leaf first, at least one. */
  readonly chain: readonly Uint8Array[];
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly scheme: SignatureScheme;
}

/** Asks for the own credential; "none" when there is none to show. `schemes`: what the peer can verify. */
export function askForCredential(
  context: HandshakeContext,
  schemes: readonly SignatureScheme[],
  serverName?: string,
): Pending<OwnCredential | "none"> {
  const name = serverName === undefined ? {} : { serverName };
  return context.ask(
    { kind: "chooseCredential", schemes, ...name },
    { accept: (answer) => acceptCredential(answer, schemes) },
  );
}

/** Asks for a signature; a wrong one (a broken card, the wrong key) never reaches the wire. */
export function askForSignature(
  context: HandshakeContext,
  { publicKey, scheme }: OwnCredential,
  message: Uint8Array,
): Pending<Uint8Array> {
  return context.ask(
    { kind: "sign", scheme, message },
    {
      accept(answer) {
        const signature = answer.kind === "sign" ? answer.signature : new Uint8Array();
        if (verifySignature(publicKey, scheme, message, signature)) return signature;
        throw new DtlsError("NEED_FAILED", "the own signature does not fit the own certificate's public key");
      },
    },
  );
}

function acceptCredential(answer: NeedAnswer, schemes: readonly SignatureScheme[]): OwnCredential | "none" {
  if (answer.kind !== "chooseCredential" || !answer.chain || answer.chain.length === 0) return "none";
  const { chain, publicKey } = answer;
  const scheme = schemes.find((offered) => answer.schemes?.includes(offered));
  if (!publicKey) throw new DtlsError("NEED_FAILED", "the chosen credential came without its public key");
  if (scheme !== undefined) return { chain, publicKey, scheme };
  throw new DtlsError("NOTHING_IN_COMMON", "the peer cannot verify any signature that the chosen credential makes");
}
