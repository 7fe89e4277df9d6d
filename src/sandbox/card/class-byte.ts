import { Refusal, StatusWord } from "./status-word.ts";

export interface CommandClass {
  readonly channel: number;
  readonly proprietary: boolean;
}

/**
 * The class byte (ISO 7816-4 §5.4.1, ETSI TS 102 221 §10.1.1): 0X and 8X hold channels 0 to 3 in two bits, 4X and CX
 * channels 4 to 19 in four. Secure messaging and chaining are refused with their own status words.
 */
export function parseClass(cla: number): CommandClass {
  const further = (cla & 0x40) !== 0;
  if (cla === 0xff || (!further && (cla & 0x20) !== 0)) throw new Refusal(StatusWord.unknownClass);
  if ((cla & (further ? 0x20 : 0x0c)) !== 0) throw new Refusal(StatusWord.noSecureMessaging);
  if ((cla & 0x10) !== 0) throw new Refusal(StatusWord.noChaining);
  return { channel: further ? 4 + (cla & 0x0f) : cla & 0x03, proprietary: (cla & 0x80) !== 0 };
}
