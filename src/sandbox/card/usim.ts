import { fromHex } from "../../util/bytes.ts";
import type { CommandApdu } from "./command-apdu.ts";
import { type Answer, done, only, Refusal, StatusWord } from "./status-word.ts";
import { tlv } from "./tlv.ts";

const masterFile = 0x3f00;
const efDir = 0x2f00;
const efIccid = 0x2fe2;

/**
 * What answers on a channel where no applet is selected: the file system with EF_ICCID and EF.DIR (ETSI TS 102 221 §13.1, §13.2), and the
 * PIN commands whose INS an IoT SAFE host would hit when it goes on after a failed SELECT. Those attempts are counted.
 */
export class Usim {
  readonly #iccid: Uint8Array;
  readonly #applications: readonly Uint8Array[] | undefined;
  /** PIN and PUK attempts made so far: a careful host makes none. */
  pinAttempts = 0;

  /** `applications`: the records of EF.DIR; absent: a card without that file. */
  constructor(iccid: string, applications?: readonly Uint8Array[]) {
    this.#iccid = swappedDigits(iccid);
    this.#applications = applications;
  }

  /** SELECT by file identifier, or by path from the MF; gives the file now selected. */
  select(apdu: CommandApdu): { readonly file: number; readonly answer: Answer } {
    const [high = 0, low = 0] = apdu.data;
    const file = high * 0x100 + low;
    if (apdu.data.length !== 2) throw new Refusal(StatusWord.wrongLength);
    const exists = file === masterFile || file === efIccid || (file === efDir && this.#applications !== undefined);
    if (!exists) throw new Refusal(StatusWord.notFound);
    return { file, answer: apdu.p2 === 0x0c ? done() : done(this.#controlParameters(file)) };
  }

  process(apdu: CommandApdu, selectedFile: number): Answer {
    switch (apdu.ins) {
      case 0xb0:
        return this.#readBinary(apdu, selectedFile);
      case 0xb2:
        return this.#readRecord(apdu, selectedFile);
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

  #readRecord(apdu: CommandApdu, selectedFile: number): Answer {
    if (selectedFile !== efDir) throw new Refusal(StatusWord.noFileSelected);
    const record = this.#applications?.[apdu.p1 - 1];
    if (apdu.p2 !== 0x04) throw new Refusal(StatusWord.wrongParameters);
    if (record === undefined) throw new Refusal(StatusWord.recordNotFound);
    return done(record);
  }

  #pinCommand(apdu: CommandApdu): Answer {
    if (apdu.p1 !== 0) throw new Refusal(StatusWord.wrongParameters);
    this.pinAttempts++;
    return only(0x63c2);
  }

  #controlParameters(file: number): Uint8Array {
    const size = file === efIccid ? "8002000A" : "";
    const descriptor = file === efIccid ? "82024121" : file === efDir ? "8205422100FF01" : "82027821";
    return tlv(0x62, fromHex(`${descriptor}8302${file.toString(16)}${size}`));
  }
}

/** Two digits a byte, the first one in the low half, padded with F (ITU-T E.118 as in ETSI TS 102 221 §13.2). */
function swappedDigits(digits: string): Uint8Array {
  const padded = digits.padEnd(20, "F");
  return fromHex(padded.replace(/(.)(.)/g, "$2$1"));
}
