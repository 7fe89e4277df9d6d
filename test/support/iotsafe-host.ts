import type { CertificateCache } from "../../src/credentials/adapters/iotsafe/certificate-cache.ts";
import { IotSafeProvider } from "../../src/credentials/adapters/iotsafe/iotsafe-provider.ts";
import { SignatureScheme } from "../../src/crypto/signature-scheme.ts";
import { FaultInjector } from "../../src/sandbox/card/fault-injector.ts";
import { InProcessCard } from "../../src/sandbox/card/in-process-card.ts";
import { type PersonaliseOptions, personalise } from "../../src/sandbox/card/personalise.ts";
import type { Profile } from "../../src/sandbox/card/profile.ts";
import { VirtualSim } from "../../src/sandbox/card/virtual-sim.ts";
import type { CardChannel, CardConnector } from "../../src/smartcard/card-channel.ts";
import type { CardObserver, CardOperationKind } from "../../src/smartcard/card-observer.ts";
import { CardService } from "../../src/smartcard/card-service.ts";
import { encodeUtf8, toHex } from "../../src/util/bytes.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualTime } from "./virtual-time.ts";

/** A SIM with one key and its certificate, always the same for one seed. */
export function testSim(options: Partial<PersonaliseOptions> & { readonly seed?: number } = {}): Promise<Profile> {
  return personalise({
    commonName: "urn:dev:test",
    entropy: new SeededRandom(options.seed ?? 1),
    notBefore: new Date("2026-01-01T00:00:00Z"),
    notAfter: new Date("2036-01-01T00:00:00Z"),
    ...options,
  });
}

export class MemoryCache implements CertificateCache {
  readonly entries = new Map<string, Uint8Array>();

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.entries.get(key);
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    this.entries.set(key, value);
  }
}

/** Counts operations by kind, and APDUs. */
export class OperationCounter implements CardObserver {
  counts: Partial<Record<CardOperationKind, number>> = {};
  apdus = 0;

  onOperation({ kind }: { kind: CardOperationKind }): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  onApdu(): void {
    this.apdus++;
  }

  take(): Partial<Record<CardOperationKind, number>> {
    const { counts } = this;
    this.counts = {};
    return counts;
  }
}

/** The virtual SIM in a reader that stays open between connections, as pcscd keeps it. */
export class TestReader implements CardConnector {
  readonly time = new VirtualTime();
  readonly commands: string[] = [];
  readonly sim: VirtualSim;
  readonly faults: FaultInjector;
  readonly #card: InProcessCard;

  constructor(profile: Profile) {
    this.sim = new VirtualSim(profile, { entropy: new SeededRandom(9), clock: this.time, timers: this.time });
    this.faults = new FaultInjector(this.sim);
    this.#card = new InProcessCard(this.faults);
  }

  async connect(): Promise<CardChannel> {
    const channel = await this.#card.connect();
    return {
      transmit: (command) => {
        this.commands.push(toHex(command).toUpperCase());
        return channel.transmit(command);
      },
      close: () => channel.close(),
    };
  }

  /** A host of ours at this reader. */
  host(cache?: CertificateCache) {
    const counter = new OperationCounter();
    const provider = new IotSafeProvider({
      ...(cache && { cache }),
      createCard: () =>
        new CardService({
          connector: this,
          timers: this.time,
          clock: this.time,
          observer: counter,
          apduDeadlineMs: 10_000,
        }),
    });
    return { provider, counter };
  }
}

export const message = encodeUtf8("handshake messages");
export const scheme = SignatureScheme.ecdsa_secp256r1_sha256;
export const never = new AbortController().signal;
