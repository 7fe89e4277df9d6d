import { readFileSync } from "node:fs";
import type { Entropy } from "../../src/crypto/ports.ts";
import { type Profile, type ProfileInput, parseProfile } from "../../src/sandbox/card/profile.ts";
import type { SettingsInput } from "../../src/sandbox/card/settings.ts";
import { VirtualSim, type VirtualSimPorts } from "../../src/sandbox/card/virtual-sim.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualTime } from "./virtual-time.ts";

/** The P-256 key of RFC 6979 A.2.5, in slot 01 of the test profile. */
export const rfc6979Key = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
export const rfc6979Point =
  "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";

/** SHA-256 of "sample", and the signature that RFC 6979 gives for it. */
export const sampleDigest = "AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF";
export const sampleSignature =
  "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";

/** 270 bytes, as long as the file of the published host traces. */
export const fileContent = Uint8Array.from({ length: 270 }, (_, i) => (i * 7) & 0xff);

/** Pairs 01 (with RFC 6979's key) and 04 (volatile, empty), public key 05, file 02, secret key 01. */
export function testProfile(settings: SettingsInput = {}, changes: Partial<ProfileInput> = {}): Profile {
  const profile: ProfileInput = {
    format: 1,
    appletId: "0123456789ABCDEF".repeat(4),
    iccid: "8988303000000012345",
    keyPairs: [
      { label: "K1", privateId: "01", publicId: "01", privateKey: rfc6979Key },
      { label: "E4", privateId: "04", publicId: "04", type: 0x14, functions: 7 },
    ],
    publicKeys: [{ label: "P5", id: "05", publicKey: rfc6979Point }],
    files: [{ label: "CL", id: "02", content: Buffer.from(fileContent).toString("base64") }],
    secretKeys: [{ label: "S1", id: "01" }],
    settings,
    ...changes,
  };
  return parseProfile(profile, "of a test");
}

/** A virtual SIM that takes and gives hexadecimal; random bytes are seeded, time is virtual. */
export class HexSim {
  readonly time = new VirtualTime();
  readonly sim: VirtualSim;

  constructor(profile: Profile = testProfile(), ports: Partial<VirtualSimPorts> = {}) {
    const entropy: Entropy = new SeededRandom(1);
    this.sim = new VirtualSim(profile, { entropy, clock: this.time, timers: this.time, ...ports });
  }

  async send(command: string): Promise<string> {
    return toHex(await this.sim.exchange(fromHex(command))).toUpperCase();
  }

  /** Like a host: fetches what 61xx announces, on the channel of the command. */
  async ask(command: string): Promise<string> {
    let answer = await this.send(command);
    let data = "";
    while (/^(61|9F)..$/.test(answer.slice(-4))) {
      data += answer.slice(0, -4);
      answer = await this.send(`${command.slice(0, 2)}C00000${answer.slice(-2)}`);
    }
    return data + answer;
  }

  /** Selects the applet on the basic channel. */
  async selected(): Promise<this> {
    await this.send("00A4040007A0000005590010");
    return this;
  }
}

/** A virtual SIM with the applet selected on the basic channel. */
export function selectedSim(settings: SettingsInput = {}, changes: Partial<ProfileInput> = {}): Promise<HexSim> {
  return new HexSim(testProfile(settings, changes)).selected();
}

export interface ApduVector {
  readonly set: string;
  readonly name: string;
  readonly command: string;
  readonly response: string;
  readonly quirk?: string;
}

/** Lists of test/vectors/iot-safe-vectors.json. */
export function apduVectors(list: "realCard" | "hostEmitted" | "computed"): readonly ApduVector[] {
  const path = new URL("../vectors/iot-safe-vectors.json", import.meta.url);
  return JSON.parse(readFileSync(path, "utf8"))[list];
}
