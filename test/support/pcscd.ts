import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cleanup } from "./foreign/cleanup.ts";
import { ForeignProcess } from "./foreign/foreign-process.ts";
import { built } from "./foreign/paths.ts";
import { temporaryFolder } from "./foreign/temporary-folder.ts";

/** The name of the reader under which a card that dials vpcd's port appears. */
export const virtualReader = "Virtual PCD 00 00";

const clientSocket = "/run/pcscd/pcscd.comm";

/**
 * pcscd with one virtual reader on a port of its own. Its client socket is the machine's only one, so a lock is held
 * from the start to the clean-up: programs that use it wait for one another.
 */
export class Pcscd {
  /** Where vpcd listens for cards, on 127.0.0.1 too. */
  readonly port: number;
  readonly #cleanup: Cleanup;
  readonly #configuration: string;
  #daemon: ForeignProcess<string> | undefined;

  private constructor(cleanup: Cleanup, configuration: string, port: number) {
    this.#cleanup = cleanup;
    this.#configuration = configuration;
    this.port = port;
  }

  /** Resolves when the daemon takes clients and cards. */
  static async start(cleanup: Cleanup): Promise<Pcscd> {
    await takeLock(cleanup);
    const port = await freePort();
    const configuration = join(temporaryFolder(cleanup), "reader.conf");
    writeFileSync(configuration, readerConfiguration(port));
    const pcscd = new Pcscd(cleanup, configuration, port);
    await pcscd.run();
    return pcscd;
  }

  /** Starts the daemon, again after stop(). */
  async run(): Promise<void> {
    // Where the daemon keeps its socket; a service manager makes it elsewhere.
    mkdirSync("/run/pcscd", { recursive: true });
    const env = { LD_PRELOAD: built(".work/nodelay.so") };
    const args = ["--foreground", "--info", "--config", this.#configuration];
    this.#daemon = new ForeignProcess(this.#cleanup, { command: "pcscd", args, env }, (line) => line);
    const daemon = this.#daemon;
    await daemon.events.waitFor((line) => line.includes("daemon ready"), "daemon ready");
    // It says so a moment before its socket is there.
    if (!(await listensSoon(clientSocket))) throw new Error(`${clientSocket} takes no client: ${daemon.stderr}`);
  }

  async stop(): Promise<void> {
    await this.#daemon?.stop();
  }
}

async function listensSoon(path: string): Promise<boolean> {
  const limit = performance.now() + 10_000;
  while (!(await listens(path))) {
    if (performance.now() > limit) return false;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return true;
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path, () => resolve(true));
    probe.once("error", () => resolve(false));
    probe.once("connect", () => probe.destroy());
  });
}

async function takeLock(cleanup: Cleanup): Promise<void> {
  const args = [join(tmpdir(), "pcscd.lock"), "sh", "-c", "echo locked; exec cat"];
  const holder = new ForeignProcess(cleanup, { command: "flock", args }, (line) => line);
  await holder.events.waitFor((line) => line === "locked", "lock on pcscd", 600);
}

/** vpcd takes the number in DEVICENAME; two slots, so the port after it is used as well. */
function readerConfiguration(port: number): string {
  const number = `0x${port.toString(16).toUpperCase()}`;
  const driver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
  return `FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:${number}\nLIBPATH ${driver}\nCHANNELID ${number}\n`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
