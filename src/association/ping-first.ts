import type { CoapAssociation } from "./coap-association.ts";

/**
 * The association, once the peer has answered a ping (RFC 7252 §4.3): without a handshake only an answer shows that there is
 * somebody. Closes it and rejects with CoapError otherwise.
 */
export async function pingFirst(association: CoapAssociation): Promise<CoapAssociation> {
  try {
    await association.endpoint.ping();
    return association;
  } catch (error) {
    await association.close();
    throw error;
  }
}
