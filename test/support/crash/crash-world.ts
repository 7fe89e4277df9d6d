import assert from "node:assert/strict";
import { IotSafeProvider } from "../../../src/credentials/adapters/iotsafe/iotsafe-provider.ts";
import type { CredentialProvider } from "../../../src/credentials/ports/credential.ts";
import type { FileReader } from "../../../src/credentials/ports/file-reader.ts";
import { FolderRecords } from "../../../src/platform/folder-records.ts";
import { InProcessCard } from "../../../src/sandbox/card/in-process-card.ts";
import type { Profile } from "../../../src/sandbox/card/profile.ts";
import { VirtualSim } from "../../../src/sandbox/card/virtual-sim.ts";
import { CardService } from "../../../src/smartcard/card-service.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { type Logger, silentLogger } from "../../../src/util/log.ts";
import type { RecordStore } from "../../../src/util/record-store.ts";
import type { Timers } from "../../../src/util/time.ts";
import { testSim } from "../iotsafe-host.ts";
import { MemorySpool } from "../memory-spool.ts";
import { softwareCredential } from "../sandbox.ts";
import { SeededRandom } from "../seeded-random.ts";
import { VirtualTime } from "../virtual-time.ts";
import type { CrashDisk } from "./crash-disk.ts";
import { CrashLife } from "./crash-life.ts";
import { type Authorities, CrashServers, makeAuthorities } from "./crash-servers.ts";
import { MortalProcess } from "./mortal-process.ts";
import { RecordWitness } from "./record-witness.ts";

/** What many worlds share: only making it takes time. */
export interface CrashParties extends Authorities {
  readonly profile: Profile;
}

export async function makeCrashParties(): Promise<CrashParties> {
  return { ...(await makeAuthorities()), profile: await testSim({ commonName: "card" }) };
}

/** What takes longer, in virtual time, never ends. */
const longestMs = 3_600_000;

/** A device's surroundings: servers, card, time. The device itself lives and dies in it on a disk that stays. */
export class CrashWorld {
  readonly time = new VirtualTime(Date.now());
  readonly servers: CrashServers;
  readonly spool = new MemorySpool();
  /** Bytes of each package that fsync has made sure of. */
  readonly flushed = new Map<string, number>();
  readonly files: FileReader;
  readonly credentials: CredentialProvider;
  witness = new RecordWitness();
  /** For values that differ each time. */
  count = 0;
  readonly #profile: Profile;
  #lives = 0;

  constructor({ profile, ...authorities }: CrashParties) {
    this.servers = new CrashServers(authorities, this.time);
    this.files = { read: async () => encodeUtf8(authorities.ca.certificatePem) };
    const credential = softwareCredential(authorities.initial);
    this.credentials = { open: async () => credential, close: async () => {} };
    this.#profile = profile;
  }

  /** A device as it leaves the factory. */
  newDevice(): void {
    this.witness = new RecordWitness();
    this.spool.packages.clear();
  }

  /** A process that starts on this disk; undefined when it dies over it. */
  async start(disk: CrashDisk, process = new MortalProcess(), logger = silentLogger): Promise<CrashLife | undefined> {
    const records = this.witness.watch(new FolderRecords(disk.folderOf(process), logger));
    const died = new Promise<undefined>((resolve) => process.onDeath(() => resolve(undefined)));
    return Promise.race([CrashLife.start(this, process, records, ++this.#lives), died]);
  }

  /** The power goes: what of packages was not flushed is lost. */
  losePackages(): void {
    for (const [name, content] of this.spool.packages)
      this.spool.packages.set(name, content.slice(0, this.flushed.get(name) ?? 0));
  }

  /** Time goes on until the work is done or the process is dead. */
  async until(process: MortalProcess, work: Promise<unknown>): Promise<"done" | "killed"> {
    let over: "done" | "killed" | undefined;
    let failure: unknown;
    process.onDeath(() => {
      over = "killed";
    });
    work.then(
      () => {
        over ??= "done";
      },
      (error: unknown) => {
        failure = error;
        over ??= "done";
      },
    );
    await this.#wait("it ends", () => over !== undefined);
    if (failure !== undefined && over === "done") throw failure;
    return over ?? "done";
  }

  /** Time goes on until it holds. */
  reach(process: MortalProcess, what: string, holds: () => boolean): Promise<void> {
    return this.#wait(what, () => holds() || process.dead);
  }

  /** Most is done in no time; what is not waits for something longer, and is looked at less often. */
  async #wait(what: string, isOver: () => boolean): Promise<void> {
    for (let waited = 0, step = 20; !isOver(); waited += step) {
      assert.ok(waited < longestMs, `not reached: ${what}`);
      if (waited > 2000) step = 1000;
      await this.servers.advance(step);
    }
  }

  openCard(store: RecordStore, timers: Timers, logger: Logger) {
    const ports = { clock: this.time, timers, entropy: new SeededRandom(5), logger };
    // Reset with each life, as a reader does: channels left open are of no interest here.
    const connector = new InProcessCard(new VirtualSim(this.#profile, { ...ports, timers: this.time }));
    const provider = new IotSafeProvider({
      createCard: () => new CardService({ ...ports, connector, apduDeadlineMs: 20_000 }),
      cache: { get: (key) => store.read(key), put: (key, value) => store.write(key, value) },
      logger,
    });
    const { signal } = new AbortController();
    return {
      read: () => provider.open("iotsafe:?channel=pcsc", signal),
      stop: () => provider.close(),
    };
  }
}
