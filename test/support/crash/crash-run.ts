import assert from "node:assert/strict";
import { FolderRecords } from "../../../src/platform/folder-records.ts";
import { silentLogger } from "../../../src/util/log.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { CrashDisk, type DiskImage, type DiskMutant } from "./crash-disk.ts";
import type { CrashLife } from "./crash-life.ts";
import { type Episode, registered } from "./crash-story.ts";
import type { CrashWorld } from "./crash-world.ts";
import { type Death, MortalProcess } from "./mortal-process.ts";

/** What became of the machine when the process was killed. */
export type Aftermath = "machine stays up" | "power cut";

/** The lives of one device, each killed and followed by the next on what the disk has left. */
export class CrashRun {
  readonly world: CrashWorld;
  kills = 0;
  /** Disks that a restart could find, each of them looked at. */
  images = 0;
  recordsRead = 0;
  disk: CrashDisk;
  readonly #random: SeededRandom;
  readonly #mutant: DiskMutant | undefined;

  constructor(world: CrashWorld, random: SeededRandom, mutant?: DiskMutant) {
    this.world = world;
    this.#random = random;
    this.#mutant = mutant;
    this.disk = new CrashDisk(new Map(), mutant);
  }

  /** A device as it leaves the factory. */
  begin(): void {
    this.world.newDevice();
    this.disk = new CrashDisk(new Map(), this.#mutant);
  }

  /** The device comes up and registers with what it finds. */
  async comesUp(when: string): Promise<CrashLife> {
    const life = await this.world.start(this.disk);
    assert.ok(life);
    await registered(this.world, life).catch((error: unknown) => assert.fail(`${when}: ${error}`));
    const errors = life.log.lines.filter(({ level }) => level === "error");
    assert.deepEqual(errors, [], when);
    return life;
  }

  /** A life that comes up and is killed in an episode, unless that has fewer steps: then it goes on to its end. */
  async killedIn(episode: Episode, death: Death, after: Aftermath, when: string): Promise<boolean> {
    const life = await this.comesUp(when);
    life.process.doom(death);
    await episode(this.world, life);
    // What was answered may still be on its way to the disk.
    await this.world.servers.advance(100);
    return this.#end(life.process, after, `${when}, ${after}`);
  }

  /** A life that is killed while it comes up. */
  async killedComingUp(death: Death, after: Aftermath, when: string): Promise<boolean> {
    const process = new MortalProcess();
    process.doom(death);
    const life = await this.world.start(this.disk, process);
    if (life) await registered(this.world, life);
    return this.#end(process, after, `${when}, ${after}`);
  }

  async #end(process: MortalProcess, after: Aftermath, when: string): Promise<boolean> {
    const wasKilled = process.dead;
    const said = `${when}, at step ${process.steps.length} (${process.steps.at(-1)})`;
    // One that was not killed is now, in peace.
    process.kill();
    if (wasKilled) this.kills++;
    const images = await this.look(said);
    if (after === "machine stays up") return wasKilled;
    const [byte = 0] = this.#random.randomBytes(1);
    await this.#losePower(images[byte % images.length] ?? new Map());
    return wasKilled;
  }

  /** Every disk that a restart could find now has each record old or new. Returns those of a power cut. */
  async look(when: string): Promise<readonly DiskImage[]> {
    const images = [...this.disk.afterPowerCut()];
    for (const image of [this.disk.image, ...images]) await this.#look(image, when);
    return images;
  }

  async #look(image: DiskImage, when: string): Promise<void> {
    this.images++;
    this.recordsRead += await this.world.witness.check(recordsOn(image), when);
  }

  async #losePower(image: DiskImage): Promise<void> {
    this.disk = new CrashDisk(image, this.#mutant);
    this.world.losePackages();
    await this.world.witness.settle(recordsOn(image));
  }
}

function recordsOn(image: DiskImage): FolderRecords {
  return new FolderRecords(new CrashDisk(image).folderOf(new MortalProcess()), silentLogger);
}
