import type { Entropy } from "../../crypto/ports.ts";
import type { ObjectStore } from "./card-objects.ts";
import type { CommandApdu } from "./command-apdu.ts";
import type { SessionTable } from "./sessions.ts";
import type { Settings } from "./settings.ts";
import { type Answer, Refusal, StatusWord } from "./status-word.ts";

/** What the commands of the applet work on. */
export interface AppletContext {
  readonly objects: ObjectStore;
  readonly appletId: Uint8Array;
  readonly settings: Settings;
  readonly sessions: SessionTable;
  readonly entropy: Entropy;
  /** The logical channel that the command came on. */
  readonly channel: number;
  /** Where the object list goes on, by channel: number of objects already given. */
  readonly listed: Map<number, number>;
  /** Call after a change that must outlive the power. */
  changed(): void;
}

/** One command of the applet: gives an answer, or throws a Refusal. */
export type AppletCommand = (apdu: CommandApdu, context: AppletContext) => Answer;

/** Refuses with 6A86 when P1 and P2 together are not `expected`. */
export function requireParameters(apdu: CommandApdu, expected: number): void {
  if (apdu.p1 * 0x100 + apdu.p2 !== expected) throw new Refusal(StatusWord.wrongParameters);
}
