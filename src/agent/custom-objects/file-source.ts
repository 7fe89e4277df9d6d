import type { Value } from "../../formats/values.ts";
import type { ValueFilePort } from "../../lwm2m/ports/value-file-port.ts";
import type { Timers } from "../../util/time.ts";
import type { FileMapping } from "./objects-config.ts";
import { poll } from "./poll.ts";
import type { ResourceSource } from "./resource-source.ts";
import type { TroubleLog } from "./trouble-log.ts";
import type { ValueText } from "./value-text.ts";

/** A value in a file of its own. A file that is not there is a resource without value. */
export class FileSource implements ResourceSource {
  readonly #mapping: FileMapping;
  readonly #text: ValueText;
  readonly #files: ValueFilePort;
  readonly #log: TroubleLog;
  readonly watch?: NonNullable<ResourceSource["watch"]>;

  constructor(mapping: FileMapping, text: ValueText, files: ValueFilePort, timers: Timers, log: TroubleLog) {
    this.#mapping = mapping;
    this.#text = text;
    this.#files = files;
    this.#log = log;
    const { poll: seconds } = mapping;
    if (seconds !== undefined) this.watch = (changed) => poll(() => this.read(), seconds * 1000, timers, changed);
  }

  async read(): Promise<Value | undefined> {
    try {
      const bytes = await this.#files.read(this.#mapping.file);
      const value = bytes && this.#text.parse(bytes);
      this.#log.over();
      return value;
    } catch (error) {
      this.#log.trouble(error);
      return undefined;
    }
  }

  async write(value: Value): Promise<void> {
    await this.#files.write(this.#mapping.file, this.#text.format(value), this.#mapping.inPlace);
  }
}
