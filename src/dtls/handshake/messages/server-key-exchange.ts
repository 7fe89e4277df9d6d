import { ByteReader, ByteWriter } from "../../../util/bytes.ts";
import { type DigitallySigned, encodeDigitallySigned, readDigitallySigned } from "./digitally-signed.ts";
import { type EcParameters, encodeEcParameters, readEcParameters } from "./ec-parameters.ts";

/** ServerKeyExchange of ECDHE_ECDSA (RFC 8422 §5.4). */
export interface EcdheServerKeyExchange {
  readonly parameters: EcParameters;
  readonly signed: DigitallySigned;
}

/** ServerKeyExchange of PSK (RFC 4279 §2), without parameters, and of ECDHE_PSK (RFC 5489 §2), with them. */
export interface PskServerKeyExchange {
  readonly identityHint: Uint8Array;
  readonly parameters?: EcParameters;
}

export function decodeEcdheServerKeyExchange(body: Uint8Array): EcdheServerKeyExchange {
  const reader = new ByteReader(body, "ServerKeyExchange");
  const parameters = readEcParameters(reader);
  const signed = readDigitallySigned(reader);
  reader.end();
  return { parameters, signed };
}

export function encodeEcdheServerKeyExchange({ parameters, signed }: EcdheServerKeyExchange): Uint8Array {
  return new ByteWriter().bytes(encodeEcParameters(parameters)).bytes(encodeDigitallySigned(signed)).finish();
}

export function decodePskServerKeyExchange(body: Uint8Array, ephemeral: boolean): PskServerKeyExchange {
  const reader = new ByteReader(body, "ServerKeyExchange");
  const identityHint = reader.vector(2);
  const exchange = ephemeral ? { identityHint, parameters: readEcParameters(reader) } : { identityHint };
  reader.end();
  return exchange;
}

export function encodePskServerKeyExchange({ identityHint, parameters }: PskServerKeyExchange): Uint8Array {
  const writer = new ByteWriter().vector(2, identityHint);
  return parameters ? writer.bytes(encodeEcParameters(parameters)).finish() : writer.finish();
}
