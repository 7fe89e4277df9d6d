import { concatBytes, equalBytes, fromHex } from "../../util/bytes.ts";
import type { CommandApdu } from "./command-apdu.ts";
import { twoBytes } from "./object-coding.ts";
import type { Profile } from "./profile.ts";
import { type Answer, done, Refusal, StatusWord } from "./status-word.ts";
import { tlv } from "./tlv.ts";

type Pkcs15Profile = NonNullable<Profile["pkcs15"]>;

interface TransparentFile {
  readonly content: Uint8Array;
  readonly pin: boolean;
}

/** The PKCS #15 application: transparent files below its ADF, as LwM2M smart-card bootstrap keeps its data. */
export class Pkcs15Application {
  readonly aid: Uint8Array;
  readonly #profile: Pkcs15Profile;
  readonly #files = new Map<number, TransparentFile>();

  constructor(profile: Pkcs15Profile) {
    this.aid = fromHex(profile.aid);
    this.#profile = profile;
    for (const [identifier, file] of Object.entries(profile.files)) {
      const content = padded(fromHex(file.content), file.size, file.padding);
      this.#files.set(Number.parseInt(identifier, 16), { content, pin: file.pin });
    }
  }

  /** What EF.DIR holds: undefined when the card has no such file. */
  get directoryRecords(): readonly Uint8Array[] | undefined {
    const { directory } = this.#profile;
    if (directory === "absent") return undefined;
    const path = tlv(0x51, fromHex("3F007F50"));
    return directory === "listed" ? [tlv(0x61, concatBytes([tlv(0x4f, this.aid), path]))] : [];
  }

  /** An AID may be cut on the right. */
  isNamed(aid: Uint8Array): boolean {
    return this.#profile.selectable && aid.length >= 5 && equalBytes(this.aid.subarray(0, aid.length), aid);
  }

  get controlParameters(): Uint8Array {
    return tlv(0x62, concatBytes([fromHex("82027821"), tlv(0x84, this.aid), fromHex("8A0105")]));
  }

  /** SELECT below the ADF; refuses with 6A82. */
  select(file: number): Answer {
    const found = this.#files.get(file);
    if (found === undefined) throw new Refusal(StatusWord.notFound);
    const identifier = tlv(0x83, twoBytes(file));
    const size = this.#profile.fileSize === "given" ? tlv(0x80, twoBytes(found.content.length)) : new Uint8Array();
    return done(tlv(0x62, concatBytes([fromHex("82024121"), identifier, fromHex("8A0105"), size, fromHex("8800")])));
  }

  process(apdu: CommandApdu, file: number): Answer {
    if (apdu.ins !== 0xb0) throw new Refusal(StatusWord.unknownInstruction);
    const found = this.#files.get(file);
    if (found === undefined) throw new Refusal(StatusWord.noFileSelected);
    if (found.pin) throw new Refusal(StatusWord.pinNeeded);
    return this.#readBinary(found.content, apdu);
  }

  /** An operator changes a file over the air; without content the file goes. */
  setFile(file: number, content: Uint8Array | undefined): void {
    if (content === undefined) this.#files.delete(file);
    else this.#files.set(file, { content, pin: false });
  }

  #readBinary(content: Uint8Array, apdu: CommandApdu): Answer {
    const offset = apdu.p1 * 0x100 + apdu.p2;
    if (apdu.p1 > 0x7f || offset >= content.length) throw new Refusal(StatusWord.wrongOffset);
    const wanted = apdu.le ?? 256;
    const left = content.length - offset;
    const { shortRead } = this.#profile;
    if (wanted > left && wanted < 256 && shortRead === "6Cxx") throw new Refusal(0x6c00 + left);
    const data = content.slice(offset, offset + wanted);
    return wanted > left && shortRead === "6282" ? { data, status: StatusWord.endOfFile } : done(data);
  }
}

function padded(content: Uint8Array, size: number | undefined, padding: number): Uint8Array {
  if (size === undefined || size <= content.length) return content;
  return concatBytes([content, new Uint8Array(size - content.length).fill(padding)]);
}
