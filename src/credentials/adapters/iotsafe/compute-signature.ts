import { encodeTlv } from "../../../smartcard/ber-tlv.ts";
import type { Afterwards } from "../../../smartcard/card-connection.ts";
import { CardStatusError, isSuccess, StatusWord } from "../../../smartcard/status-word.ts";
import { concatBytes } from "../../../util/bytes.ts";
import type { IotSafeSession } from "./iotsafe-session.ts";
import { describeSelector, encodeSelector, type ObjectSelector } from "./object-selector.ts";
import { Tag } from "./object-tags.ts";
import { parseSignature } from "./signature.ts";
import { closeSignatureSession, signatureSession } from "./signature-session.ts";

/** External hash (the host hashes), SHA-256, ECDSA: `A1 01 03 91 02 00 01 92 01 04`. */
const algorithm = concatBytes([
  encodeTlv(Tag.modeOfOperation, Uint8Array.of(0x03)),
  encodeTlv(Tag.hashAlgorithms, Uint8Array.of(0x00, 0x01)),
  encodeTlv(Tag.signatureAlgorithms, Uint8Array.of(0x04)),
]);

/** A session left open by a crash makes INIT fail with one of these until it is closed. */
const stuck: readonly number[] = [StatusWord.conditionsNotMet, StatusWord.wrongParameters];

/**
 * COMPUTE SIGNATURE over a SHA-256 digest with one INIT and one UPDATE; the signature in DER. The session is closed
 * `afterwards`, when the signature is on its way already, and not at all on an applet that closes by itself.
 */
export async function computeSignature(
  session: IotSafeSession,
  key: ObjectSelector,
  digest: Uint8Array,
  afterwards: Afterwards,
): Promise<Uint8Array> {
  const what = `COMPUTE SIGNATURE with ${describeSelector("private-key", key)}`;
  await init(session, key, what);
  if (!session.closesSignatureSessions) {
    afterwards(async () => {
      session.closesSignatureSessions = !(await closeSignatureSession(session));
    });
  }
  const data = encodeTlv(Tag.finalHash, digest);
  return parseSignature(await session.demand({ ins: 0x2b, p1: 0x80, p2: signatureSession, data }, `${what}, UPDATE`));
}

async function init(session: IotSafeSession, key: ObjectSelector, what: string): Promise<void> {
  const data = concatBytes([encodeSelector("private-key", key), algorithm]);
  const command = { ins: 0x2a, p1: 0x00, p2: signatureSession, data };
  const { statusWord } = await session.send(command);
  if (isSuccess(statusWord)) return;
  if (!stuck.includes(statusWord)) throw new CardStatusError(`${what}, INIT`, statusWord);
  await closeSignatureSession(session);
  await session.demand(command, `${what}, INIT`);
}
