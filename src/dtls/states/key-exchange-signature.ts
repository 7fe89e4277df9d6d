import { concatBytes } from "../../util/bytes.ts";
import { type EcParameters, encodeEcParameters } from "../handshake/messages/ec-parameters.ts";
import type { Negotiated } from "./negotiated.ts";

/** What the server signs to bind its key share to this handshake (RFC 8422 §5.4). */
export function keyExchangeSignatureInput(negotiated: Negotiated, parameters: EcParameters): Uint8Array {
  return concatBytes([negotiated.clientRandom, negotiated.serverRandom, encodeEcParameters(parameters)]);
}
