/** Whose command it is: ISO 7816-4's own, or one that the application defines. */
export type ApduClass = "interindustry" | "proprietary";

export const highestLogicalChannel = 19;

/**
 * The class byte for a command on a logical channel, without secure messaging and without chaining (ISO 7816-4 §5.4.1,
 * ETSI TS 102 221 §10.1.1): channels 0 to 3 in bits 1-2 of 0X or 8X, channels 4 to 19 in bits 1-4 of 4X or CX.
 */
export function classByte(apduClass: ApduClass, channel: number): number {
  if (!Number.isInteger(channel) || channel < 0 || channel > highestLogicalChannel) {
    throw new RangeError(`logical channel ${channel}: 0 to ${highestLogicalChannel} exist`);
  }
  const proprietary = apduClass === "proprietary" ? 0x80 : 0;
  return channel < 4 ? proprietary | channel : proprietary | 0x40 | (channel - 4);
}
