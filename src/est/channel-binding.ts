import type { Association } from "../association/association.ts";
import { encodeBase64 } from "../formats/base64.ts";

/**
 * What links a CSR to its session (RFC 7030 §3.5, RFC 9148 §3): tls-unique in base64, as its challengePassword. A server
 * that sees one must check it, so a request never carries another value there.
 */
export function channelBindingChallenge({ tlsUnique }: Pick<NonNullable<Association["session"]>, "tlsUnique">): string {
  return encodeBase64(tlsUnique);
}
