import type { DurableFolder } from "../../../src/platform/durable-folder.ts";
import type { MortalProcess } from "./mortal-process.ts";

/** A file's content, whatever names lead to it. */
interface Inode {
  content: Uint8Array;
  /** What fsync has made sure of. */
  durable: Uint8Array | undefined;
}

type Directory = ReadonlyMap<string, Inode>;
type Entries = Map<string, Inode>;

/** What became of a file's content that was never flushed. */
export const tornForms = ["lost", "half", "zeros", "whole"] as const;
export type TornForm = (typeof tornForms)[number];

/** Names and contents, as a restart finds them. */
export type DiskImage = ReadonlyMap<string, Uint8Array>;

/** What the folder does wrong, for a test that must notice. */
export type DiskMutant = "no-fsync" | "in-place" | "no-folder-fsync";

/**
 * One folder of a disk as POSIX has it: a file's content is sure after fsync of the file, its name after fsync of the
 * folder, and until then each change of a name may be there after a power cut or not, by itself. Every write, rename,
 * removal and fsync is a step of the process that makes it.
 */
export class CrashDisk {
  #entries: Entries;
  #durable: Directory;
  #pending: ((entries: Entries) => void)[] = [];
  readonly #mutant: DiskMutant | undefined;
  /** Thrown by steps whose number it is called with; undefined lets them pass. */
  failure: (step: string) => Error | undefined = () => undefined;

  constructor(image: DiskImage = new Map(), mutant?: DiskMutant) {
    this.#entries = new Map([...image].map(([name, content]) => [name, { content, durable: content }]));
    this.#durable = new Map(this.#entries);
    this.#mutant = mutant;
  }

  /** What a process that starts now finds when the machine stayed up. */
  get image(): DiskImage {
    return contents(this.#entries, "whole");
  }

  /** The images that a power cut now could leave: with every subset of what was not flushed, and each torn form. */
  *afterPowerCut(): Generator<DiskImage> {
    for (const survivors of subsets(this.#pending)) {
      const entries = new Map(this.#durable);
      for (const change of survivors) change(entries);
      const unsure = [...entries.values()].some(({ content, durable }) => content !== durable);
      for (const form of unsure ? tornForms : (["whole"] as const)) yield contents(entries, form);
    }
  }

  /** The folder as a process sees it. */
  folderOf(process: MortalProcess): DurableFolder {
    const step = <T>(text: string, effect: () => T): Promise<T> =>
      process.step(text, () => {
        const failure = this.failure(text);
        if (failure) throw failure;
        return effect();
      });
    return {
      path: "/state",
      read: (name) => process.alive(() => this.#entries.get(name)?.content),
      create: (name, content) => this.#create(name, content, step),
      rename: (from, to) => this.#rename(from, to, step),
      remove: async (name) => step(`remove ${name}`, () => this.#change((entries) => void entries.delete(name))),
      flush: () => step("fsync folder", () => this.#flush()),
    };
  }

  /** The three calls that write a file. */
  async #create(name: string, content: Uint8Array, step: Step): Promise<void> {
    const target = this.#mutant === "in-place" ? name.replace(/\.new$/, "") : name;
    const inode = await step(`open ${name}`, () => this.#open(target));
    await step(`write ${name}`, () => {
      inode.content = content;
    });
    if (this.#mutant === "no-fsync") return;
    await step(`fsync ${name}`, () => {
      inode.durable = inode.content;
    });
  }

  #open(name: string): Inode {
    const existing = this.#entries.get(name);
    const inode: Inode = existing ?? { content: nothing, durable: undefined };
    inode.content = nothing;
    if (!existing) this.#change((entries) => void entries.set(name, inode));
    return inode;
  }

  async #rename(from: string, to: string, step: Step): Promise<boolean> {
    if (this.#mutant === "in-place") return this.#entries.has(to);
    if (!this.#entries.has(from)) return false;
    return step(`rename ${from} ${to}`, () => {
      const inode = this.#entries.get(from);
      if (!inode) return false;
      this.#change((entries) => {
        entries.set(to, inode);
        if (entries.get(from) === inode) entries.delete(from);
      });
      return true;
    });
  }

  #change(change: (entries: Entries) => void): void {
    change(this.#entries);
    this.#pending.push(change);
  }

  #flush(): void {
    if (this.#mutant === "no-folder-fsync") return;
    this.#durable = new Map(this.#entries);
    this.#pending = [];
  }
}

type Step = <T>(text: string, effect: () => T) => Promise<T>;

const nothing = new Uint8Array();

/** More changes at once do not come from a folder that flushes. */
const mostAtOnce = 6;

/** Every subset; of too many changes those that are cut off somewhere. */
function subsets<T>(changes: readonly T[]): readonly (readonly T[])[] {
  if (changes.length > mostAtOnce) return [...changes.map((_, i) => changes.slice(0, i)), changes];
  return Array.from({ length: 2 ** changes.length }, (_, mask) => changes.filter((_change, i) => (mask >> i) & 1));
}

function contents(entries: Directory, form: TornForm): DiskImage {
  return new Map([...entries].map(([name, inode]) => [name, contentOf(inode, form)]));
}

function contentOf({ content, durable }: Inode, form: TornForm): Uint8Array {
  if (durable === content || form === "whole") return content;
  if (form === "lost") return durable ?? nothing;
  return form === "half" ? content.slice(0, content.length / 2) : new Uint8Array(content.length);
}
