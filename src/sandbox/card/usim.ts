import { fromHex } from "../../util/bytes.ts";
import type { CommandApdu } from "./command-apdu.ts";
import { type Answer, done, only, Refusal, StatusWord } from "./status-word.ts";
import { tlv } from "./tlv.ts";

const masterFile = 0x3f00;
const efIccid = 0x2fe2;

/**
 * What answers on a channel where no applet is selected: the file system with EF_ICCID (ETSI TS 102 221 §13.2), and the
 * PIN commands whose INS an IoT SAFE host would hit when it goes on after a failed SELECT. Those attempts are counted.
 */
export class Usim {
  readonly #iccid: Uint8Array;
  /** PIN and PUK attempts made so far: a careful host makes none. */
  pinAttempts = 0;

  constructor(iccid: string) {
    this.#iccid = swappedDigits(iccid);
  }

  /** SELECT by file identifier; gives the file now selected. */
  select(apdu: CommandApdu): { readonly file: number; readonly answer: Answer } {
    const [high = 0, low = 0] = apdu.data;
    const file = high * 0x100 + low;
    if (apdu.data.length !== 2) throw new Refusal(StatusWord.wrongLength);
    if (file !== masterFile && file !== efIccid) throw new Refusal(StatusWord.notFound);
    return { file, answer: apdu.p2 === 0x0c ? done() : done(this.#controlParameters(file)) };
  }

  process(apdu: CommandApdu, selectedFile: number): Answer {
    switch (apdu.ins) {
      case 0xb0:
        return this.#readBinary(apdu, selectedFile);
      case 0x20:
      case 0x24:
      case 0x2c:
        return this.#pinCommand(apdu);
      default:
        throw new Refusal(StatusWord.unknownInstruction);
    }
  }

  #readBinary(apdu: CommandApdu, selectedFile: number): Answer {
    if (selectedFile !== efIccid) throw new Refusal(StatusWord.noFileSelected);
    const offset = apdu.p1 * 0x100 + apdu.p2;
    if (offset >= this.#iccid.length) throw new Refusal(StatusWord.wrongOffset);
    return done(this.#iccid.slice(offset, offset + (apdu.le ?? 256)));
  }

  #pinCommand(apdu: CommandApdu): Answer {
    if (apdu.p1 !== 0) throw new Refusal(StatusWord.wrongParameters);
    this.pinAttempts++;
    return only(0x63c2);
  }

  #controlParameters(file: number): Uint8Array {
    const size = file === efIccid ? "8002000A" : "";
    const descriptor = file === efIccid ? "82024121" : "82027821";
    return tlv(0x62, fromHex(`${descriptor}8302${file.toString(16)}${size}`));
  }
}

/** Two digits a byte, the first one in the low half, padded with F (ITU-T E.118 as in ETSI TS 102 221 §13.2). */
function swappedDigits(digits: string): Uint8Array {
  const padded = digits.padEnd(20, "F");
  return fromHex(padded.replace(/(.)(.)/g, "$2$1"));
}
