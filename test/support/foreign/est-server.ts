import type { Cleanup } from "./cleanup.ts";
import { ForeignProcess } from "./foreign-process.ts";
import { flags } from "./java.ts";
import { built } from "./paths.ts";
import type { TestAuthority } from "./test-authority.ts";

/** What the EST server says, a line of JSON each. `request`: the beginning of the CSR's SHA-256. */
export type EstServerEvent =
  | { readonly event: "listening"; readonly port: number }
  | { readonly event: "delayed"; readonly request: string }
  | { readonly event: "issued"; readonly again: boolean; readonly subject: string; readonly request: string }
  | { readonly event: "failed"; readonly message: string };

export interface GoEstServerOptions {
  readonly root?: string;
  /** Seconds. */
  readonly delay?: number;
  /** In Go's notation. */
  readonly lifetime?: string;
}

type Named<Name extends EstServerEvent["event"]> = Extract<EstServerEvent, { event: Name }>;

/** An EST server of another make: go-coap on pion, with crypto/x509 for a CA. */
export class GoEstServer {
  readonly port: number;
  readonly #process: ForeignProcess<EstServerEvent>;

  private constructor(process: ForeignProcess<EstServerEvent>, port: number) {
    this.#process = process;
    this.port = port;
  }

  static async start(
    cleanup: Cleanup,
    authority: TestAuthority,
    options: GoEstServerOptions = {},
  ): Promise<GoEstServer> {
    const own = authority.server();
    const files = { key: own.key, cert: own.cert, ca: authority.cert, "ca-key": authority.key };
    const program = { command: built("est/target/est-server"), args: flags({ ...files, ...options }, "-") };
    const process = new ForeignProcess(cleanup, program, (line) => JSON.parse(line) as EstServerEvent);
    const { port } = await GoEstServer.#next(process, "listening");
    return new GoEstServer(process, port);
  }

  /** The next event of that name that nobody has waited for yet. */
  waitFor<Name extends EstServerEvent["event"]>(name: Name): Promise<Named<Name>> {
    return GoEstServer.#next(this.#process, name);
  }

  static #next<Name extends EstServerEvent["event"]>(
    process: ForeignProcess<EstServerEvent>,
    name: Name,
  ): Promise<Named<Name>> {
    return process.events.waitFor((event): event is Named<Name> => event.event === name, name);
  }
}
