import { CredentialUriError } from "../../credentials/adapters/credential-uri.ts";
import { type CardKeySlot, CardKeySlots } from "../../credentials/adapters/enrolled-card-slots.ts";
import { SoftwareKeySlots } from "../../credentials/adapters/file/software-key-slots.ts";
import type { IotSafeApplet } from "../../credentials/adapters/iotsafe/iotsafe-applet.ts";
import { parseIotSafeUri } from "../../credentials/adapters/iotsafe/iotsafe-uri.ts";
import type { KeySlots } from "../../credentials/ports/key-slots.ts";
import type { RecordStore } from "../../util/record-store.ts";
import type { EnrolmentConfig } from "../config/config-schema.ts";

const softwareSlots = 2;

export interface KeySlotSources {
  /** Where keys in software are kept. */
  readonly store: RecordStore;
  /** The applet that an `iotsafe:` URI names. */
  applet(uri: string): Promise<IotSafeApplet>;
}

/** The places for keys that the configuration names. Rejects with CredentialUriError. */
export async function openKeySlots(keys: EnrolmentConfig["keys"], sources: KeySlotSources): Promise<KeySlots> {
  if (keys === "software") return new SoftwareKeySlots(sources.store, softwareSlots);
  const [first = ""] = keys;
  const slots = keys.map(slotOf);
  if (new Set(keys.map((uri) => JSON.stringify(parseIotSafeUri(uri).channel))).size > 1)
    throw new CredentialUriError("enrolment.keys: all slots must be on one card");
  return new CardKeySlots(await sources.applet(first), slots, "est");
}

function slotOf(uri: string): CardKeySlot {
  const { key, publicKey = key } = parseIotSafeUri(uri).selectors;
  if (key && publicKey) return { key, publicKey };
  throw new CredentialUriError('enrolment.keys: each slot needs "key" or "key-label"');
}
