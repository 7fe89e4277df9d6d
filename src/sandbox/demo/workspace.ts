import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The demo's temporary folder: the card's socket, the trust anchor, the agent's configuration and state. */
export class Workspace {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Workspace> {
    return new Workspace(await mkdtemp(join(tmpdir(), "lwm2m-safe-demo-")));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Returns the file's path. */
  async write(name: string, text: string): Promise<string> {
    await writeFile(this.path(name), text, { mode: 0o600 });
    return this.path(name);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Until `signal` aborts, with a word about what there is to look at. */
export async function stayUp({ folder }: Workspace, step: (text: string) => void, signal: AbortSignal): Promise<void> {
  step(`everything is in ${folder}: agent.yaml, state/, the CA's certificate, card.sock; Ctrl-C ends and removes it`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}
