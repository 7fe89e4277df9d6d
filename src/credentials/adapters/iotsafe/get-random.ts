import { CodedError } from "../../../util/coded-error.ts";
import type { IotSafeSession } from "./iotsafe-session.ts";

/** GET RANDOM: `length` bytes of the card's generator, 1 to 256. */
export async function getRandom(session: IotSafeSession, length: number): Promise<Uint8Array> {
  const bytes = await session.demand({ ins: 0x84, p1: 0, p2: 0, le: length }, "GET RANDOM");
  if (bytes.length === length) return bytes;
  throw new CodedError("CARD_MISBEHAVES", `GET RANDOM: ${length} bytes asked for, ${bytes.length} came`);
}
