import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Cleanup } from "./cleanup.ts";
import { ForeignProcess } from "./foreign-process.ts";
import { interopFolder } from "./paths.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const container = `${interopFolder}container/`;
const buildah = `${container}buildah`;

/**
 * Container images built and run with no engine and no registry: buildah, in a store of its own, with stand-ins for the
 * base images. RUN, COPY, USER and ENV are real; ports, limits, restarts and a network of its own are not shown by it.
 */
export class ImageStore {
  private readonly cleanup: Cleanup;

  private constructor(cleanup: Cleanup) {
    this.cleanup = cleanup;
  }

  /** Makes the base images where they are missing (a minute). */
  static async open(cleanup: Cleanup): Promise<ImageStore> {
    await run(`${container}base-images.sh`, [], { maxBuffer: 1 << 24 });
    return new ImageStore(cleanup);
  }

  /** Builds the Dockerfile of a folder of this project; layers that were built before are taken as they are. */
  async build(context: string, tag: string): Promise<void> {
    await this.buildah("bud", "-q", "--pull-never", "--layers", "-t", tag, `${root}${context}`);
  }

  /** A field of the image's configuration, in Go's template language. */
  async inspect(tag: string, template: string): Promise<string> {
    const image = `localhost/${tag}`;
    return (await this.buildah("inspect", "--type", "image", "--format", template, image)).trim();
  }

  /** Runs a command in a new container of the image, as the image's own user, and gives its standard output. */
  async run(tag: string, ...command: readonly string[]): Promise<string> {
    return this.buildah("run", await this.container(tag, this.cleanup), "--", ...command);
  }

  /** Starts a command likewise; `volume` is FOLDER:PATH. Signals do not go through: say what ends it on its input. */
  async start(cleanup: Cleanup, tag: string, volume: string, ...command: readonly string[]) {
    const name = await this.container(tag, cleanup);
    const args = ["run", "--volume", `${volume}:ro`, name, "--", ...command];
    return new ForeignProcess(cleanup, { command: buildah, args }, (line) => line);
  }

  private async container(tag: string, cleanup: Cleanup): Promise<string> {
    const name = (await this.buildah("from", "-q", "--pull-never", `localhost/${tag}`)).trim();
    cleanup.after(async () => void (await this.buildah("rm", name)));
    return name;
  }

  private async buildah(...args: readonly string[]): Promise<string> {
    return (await run(buildah, [...args], { maxBuffer: 1 << 24 })).stdout;
  }
}
