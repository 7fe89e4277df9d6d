import { isSuccess } from "../../../smartcard/status-word.ts";
import type { IotSafeSession } from "./iotsafe-session.ts";

/** The number that most hosts sign under. We never have more than one session open. */
export const signatureSession = 1;

/**
 * COMPUTE SIGNATURE INIT with P1 = 01. Whether the last UPDATE ended the session already differs from card to card; an
 * applet that refuses to close is one that closes by itself. True when the card took the command.
 */
export async function closeSignatureSession(session: IotSafeSession): Promise<boolean> {
  const { statusWord } = await session.send({ ins: 0x2a, p1: 0x01, p2: signatureSession });
  return isSuccess(statusWord);
}
