import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Cleanup } from "./cleanup.ts";
import { interopFolder } from "./paths.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = `${interopFolder}.work/images`;

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
    await run(`${interopFolder}container/base-images.sh`, [folder], { maxBuffer: 1 << 24 });
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
    const container = (await this.buildah("from", "-q", "--pull-never", `localhost/${tag}`)).trim();
    this.cleanup.after(async () => void (await this.buildah("rm", container)));
    return this.buildah("run", container, "--", ...command);
  }

  private async buildah(...args: readonly string[]): Promise<string> {
    const store = ["--root", `${folder}/root`, "--runroot", `${folder}/run`];
    const env = { ...process.env, STORAGE_DRIVER: "vfs", BUILDAH_ISOLATION: "chroot" };
    return (await run("buildah", [...store, ...args], { env, maxBuffer: 1 << 24 })).stdout;
  }
}
