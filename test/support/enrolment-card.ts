import { CardKeySlots } from "../../src/credentials/adapters/enrolled-card-slots.ts";
import { IotSafeProvider } from "../../src/credentials/adapters/iotsafe/iotsafe-provider.ts";
import { spkiFromPoint } from "../../src/crypto/public-key.ts";
import { FaultInjector } from "../../src/sandbox/card/fault-injector.ts";
import { InProcessCard } from "../../src/sandbox/card/in-process-card.ts";
import { publicPoint } from "../../src/sandbox/card/p256.ts";
import { type Profile, type ProfileInput, parseProfile } from "../../src/sandbox/card/profile.ts";
import { VirtualSim } from "../../src/sandbox/card/virtual-sim.ts";
import { CardService } from "../../src/smartcard/card-service.ts";
import { fromHex } from "../../src/util/bytes.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Enrolment slots A, B, … on a virtual SIM that may fail at any command. */
export class EnrolmentCard {
  readonly faults: FaultInjector;
  readonly #sim: VirtualSim;
  readonly #time: VirtualTime;

  constructor(profile: Profile, time: VirtualTime) {
    this.#time = time;
    this.#sim = new VirtualSim(profile, { entropy: new SeededRandom(7), clock: time, timers: time });
    this.faults = new FaultInjector(this.#sim);
  }

  /** As it is now, keys included. */
  get profile(): Profile {
    return this.#sim.profile;
  }

  /** What one process sees of it: each has a connection of its own. */
  slots(): CardKeySlots {
    const connector = new InProcessCard(this.faults);
    const ports = { connector, timers: this.#time, clock: this.#time, apduDeadlineMs: 20_000 };
    const provider = new IotSafeProvider({ createCard: () => new CardService(ports) });
    const selectors = this.profile.keyPairs.map(({ privateId, publicId }) => ({
      key: { id: fromHex(privateId) },
      publicKey: { id: fromHex(publicId) },
    }));
    return new CardKeySlots(provider.applet("iotsafe:"), selectors, "est");
  }

  /** SubjectPublicKeyInfo of what is really in a slot. */
  publicKey(slot: number): Uint8Array | undefined {
    const scalar = this.profile.keyPairs[slot]?.privateKey;
    if (typeof scalar !== "string") return undefined;
    const known = publicKeys.get(scalar) ?? spkiFromPoint("P-256", publicPoint(fromHex(scalar)));
    publicKeys.set(scalar, known);
    return known;
  }
}

/** By scalar: many copies of a card hold the same keys. */
const publicKeys = new Map<string, Uint8Array>();

export function slotsProfile(count: number): Profile {
  const keyPairs = Array.from({ length: count }, (_, i) => ({
    label: `slot-${i}`,
    privateId: `0${i + 2}`,
    publicId: `0${i + 2}`,
  }));
  const input: ProfileInput = { format: 1, appletId: "00".repeat(32), keyPairs };
  return parseProfile(input, "of a test");
}
