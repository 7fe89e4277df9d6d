import type { Entropy } from "../../crypto/ports.ts";
import type { AppletCommand, AppletContext } from "./applet-context.ts";
import { type ObjectStore, volatileTypes } from "./card-objects.ts";
import type { CommandClass } from "./class-byte.ts";
import type { CommandApdu } from "./command-apdu.ts";
import { computeSignatureInit } from "./commands/compute-signature-init.ts";
import { computeSignatureUpdate } from "./commands/compute-signature-update.ts";
import { generateKeyPair } from "./commands/generate-key-pair.ts";
import { getData } from "./commands/get-data.ts";
import { getRandom } from "./commands/get-random.ts";
import { readFile } from "./commands/read-file.ts";
import { readPublicKey } from "./commands/read-public-key.ts";
import { verifySignatureInit } from "./commands/verify-signature-init.ts";
import { verifySignatureUpdate } from "./commands/verify-signature-update.ts";
import { RemoteAdministration } from "./remote-administration.ts";
import { SessionTable } from "./sessions.ts";
import type { Settings } from "./settings.ts";
import { type Answer, only, Refusal, StatusWord } from "./status-word.ts";

/** By INS. PUT PUBLIC KEY (24, D8), COMPUTE DH (46), PRF (48) and HKDF (4A) are not there: 6D00. */
const commands = new Map<number, AppletCommand>([
  [0x2a, computeSignatureInit],
  [0x2b, computeSignatureUpdate],
  [0x2c, verifySignatureInit],
  [0x2d, verifySignatureUpdate],
  [0x84, getRandom],
  [0xb0, readFile],
  [0xb9, generateKeyPair],
  [0xcb, getData],
  [0xcd, readPublicKey],
]);

export interface AppletParts {
  readonly aid: Uint8Array;
  readonly appletId: Uint8Array;
  readonly objects: ObjectStore;
  readonly settings: Settings;
  readonly entropy: Entropy;
  /** The objects changed in a way that must outlive the power. */
  readonly changed: () => void;
}

/** The IoT SAFE applet: state that belongs to the card, not to a channel. */
export class IotSafeApplet {
  readonly aid: Uint8Array;
  readonly #context: Omit<AppletContext, "channel">;
  readonly #administration: RemoteAdministration;

  constructor(parts: AppletParts) {
    this.aid = parts.aid;
    const sessions = new SessionTable(parts.settings.sessions);
    this.#context = { ...parts, sessions, listed: new Map() };
    this.#administration = new RemoteAdministration(parts.settings.remoteAdministration, parts);
  }

  /** Answers, or throws a Refusal. */
  process(apdu: CommandApdu, { channel, proprietary }: CommandClass): Answer {
    const { classes } = this.#context.settings;
    if (classes !== "both" && proprietary !== (classes === "proprietary")) throw new Refusal(StatusWord.unknownClass);
    const command = commands.get(apdu.ins);
    if (command === undefined) throw new Refusal(StatusWord.unknownInstruction);
    const administration = this.#administration.next();
    if (administration === "under-way") return only(StatusWord.administrationUnderWay);
    const answer = command(apdu, { ...this.#context, channel });
    const ended = administration === "ends" && answer.status === StatusWord.done;
    return ended ? { ...answer, status: StatusWord.administrationEnded } : answer;
  }

  /** The channel was closed, or an application was selected on it. */
  endSelection(channel: number): void {
    this.#context.sessions.endSelection(channel);
    this.#context.listed.delete(channel);
  }

  /** Power off or reset: sessions end, volatile keys are gone. */
  losePower(): void {
    this.#context.sessions.clear();
    this.#context.listed.clear();
    for (const key of this.#context.objects.privateKeys) {
      if (!volatileTypes.includes(key.type)) continue;
      key.scalar = undefined;
      key.publicKey.point = undefined;
    }
  }
}
